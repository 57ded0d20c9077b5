import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { Language } from '../../shared/texts/language.ts';
import { isReason, type Reason, type ReasonValues, sayReason } from './reasons.ts';

/** A problem in the settings. */
export interface Problem {
  /** `connections[0].port`, or `line 3, column 5`. */
  readonly path: string;
  readonly reason: string;
}

/**
 * Describes the schema's issues for the person who edits the file. Values are described by their kind and
 * never quoted, because somebody may have typed a password there.
 *
 * @param raw the parsed value, which zod's issues do not contain
 */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  raw: unknown,
  language: Language,
): Problem[] {
  return issues.flatMap((issue) =>
    toFindings(issue, raw).map(({ path, reason, values }) => ({
      path: writePath(path),
      reason: sayReason(language, reason, values),
    })),
  );
}

interface Finding {
  readonly path: readonly PropertyKey[];
  readonly reason: Reason;
  readonly values?: ReasonValues;
}

function toFindings(issue: z.core.$ZodIssue, raw: unknown): Finding[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], ...unknownKey(key) }));
    case 'invalid_type':
      return [{ path, ...wrongType(issue.expected, valueAt(raw, path)) }];
    case 'invalid_value':
      return [{ path, reason: 'choice', values: { choices: issue.values.map(String).join(', ') } }];
    case 'too_small':
      return [{ path, ...tooSmall(issue.origin, Number(issue.minimum)) }];
    case 'too_big':
      return [
        { path, reason: issue.origin === 'string' ? 'too_long' : 'at_most', values: limit(issue.maximum) },
      ];
    case 'invalid_format':
      return [{ path, reason: 'web_address' }];
    case 'invalid_union':
      return fittingBranch(issue, raw);
    case 'custom': {
      const { reason, ...values } = issue.params ?? {};
      if (isReason(reason)) return [{ path, reason, values }];
      return [{ path, reason: 'invalid', values: { message: issue.message } }];
    }
    default:
      return [{ path, reason: 'invalid', values: { message: issue.message } }];
  }
}

/** Names of settings, for "did you mean". A missing name only costs its hint. */
const KNOWN = (
  'central connections schedules sync resume retention notifications language url host port database user ' +
  'password passfile sslmode sslrootcert sslcert sslkey connectTimeoutSeconds id label schema tables exclude targetSchema encoding ' +
  'enabled layout distribution name strategy allowDeletes cron times timezone jitterSeconds missed from to parallelTables chunkRows chunkBytes ' +
  'chunkSeconds maxSnapshotMinutes bandwidthKbps headOfficePatienceMinutes verifyEveryDays auto maxAttempts maxAgeHours days batches ' +
  'desktop webhook email noSuccessHours ssh keyFile agent passphrase hostKey trustFirstUse compress keepAliveSeconds ' +
  'secret headers timeoutSeconds allowHttp caFile security template method contentType body markup telegram token ' +
  'chatId threadId apiUrl ping style events digestAt hooks afterBatch sql command when ' +
  'requests everyMinutes allow keys key'
).split(' ');

function unknownKey(key: string): Omit<Finding, 'path'> {
  const nearest = closest(key, KNOWN);
  const near = nearest !== key && distance(key.toLowerCase(), nearest.toLowerCase()) <= 2;
  return near ? { reason: 'unknown_nearest', values: { nearest } } : { reason: 'unknown' };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list [ … ]',
  tuple: 'a list [ … ]',
  object: 'a group { … }',
};

function wrongType(expected: string, value: unknown): Omit<Finding, 'path'> {
  if (value === undefined) return { reason: 'missing' };
  return { reason: 'type', values: { expected: TYPES[expected] ?? expected, found: kindOf(value) } };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list [ … ]';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'object' && value !== null) return 'a group { … }';
  return String(value);
}

function tooSmall(origin: string, minimum: number): Omit<Finding, 'path'> {
  if (origin === 'array') return { reason: 'too_few', values: limit(minimum) };
  if (origin !== 'string') return { reason: 'at_least', values: limit(minimum) };
  return minimum === 1 ? { reason: 'empty' } : { reason: 'too_short', values: limit(minimum) };
}

function limit(value: number | bigint): ReasonValues {
  return { limit: String(value) };
}

/** For a union ("a name or a group"), the problems of the alternative that was probably meant. */
function fittingBranch(issue: z.core.$ZodIssueInvalidUnion, raw: unknown): Finding[] {
  const meant = issue.errors.find((errors) => !errors.some((error) => isWrongKind(error)));
  if (meant === undefined) {
    const values = {
      expected: 'a table name, or a group { "name": … }',
      found: kindOf(valueAt(raw, issue.path)),
    };
    return [{ path: issue.path, reason: 'type', values }];
  }
  return meant.flatMap((inner) => toFindings({ ...inner, path: [...issue.path, ...inner.path] }, raw));
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
    raw,
  );
}

/** `connections[0].port`. The whole file is `settings`. */
function writePath(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text.replace(/^\./, '') || 'settings';
}
