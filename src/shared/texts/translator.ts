import { createInstance } from 'i18next';
import type { FindingCode } from '../doctor.ts';
import { asksForDeletes, type ErrorParams, FailureCode, type UsageCode } from '../errors.ts';
import { formatCount, formatDateTime } from '../format.ts';
import { folderWord, sqlName, sqlQualified, tablesWord } from '../printedCommands.ts';
import { BatchTrigger } from '../status.ts';
import { visible, visibleLines } from '../visible.ts';
import type { Catalogue, ParamsOf, TextKey } from './catalogues.ts';
import { findingValues } from './findingValues.ts';
import type { Language } from './language.ts';

/** A failure from the journal or an event. */
export interface FailureToExplain {
  readonly code: FailureCode;
  readonly params: ErrorParams;
}

/** What failed, in words for people at a branch. */
export interface FailureTexts {
  readonly sentence: string;
  readonly next: string;
}

/** Why a request cannot be carried out. `hint` names the most similar valid name, if there is one. */
export interface UsageTexts {
  readonly what: string;
  readonly hint: string | null;
  readonly means: string;
  readonly next: string;
}

/** What a check of the doctor found, what it means, and what to do. */
export interface FindingTexts {
  readonly found: string;
  readonly means: string | null;
  readonly next: string | null;
}

/** Translates texts into one language. */
export interface Translate {
  <K extends TextKey>(key: K, ...params: ParamsOf<K>): string;
  readonly language: Language;
  /** A value missing from the failure is shown as "?". */
  failure(failure: FailureToExplain): FailureTexts;
  /** The SQL that a failure's next step offers; empty if it offers none. */
  sqlOf(failure: FailureToExplain): string;
  usage(code: UsageCode, params: ErrorParams): UsageTexts;
  /** A finding of the doctor. One that is fine needs no next step. */
  finding(code: FindingCode, params: ErrorParams): FindingTexts;
}

/**
 * Creates an independent translator: without a global instance, one process can use two languages (the tray's
 * and a test's, or an agent with two readers).
 *
 * @param catalogue the texts of that language
 */
export function translatorOf(language: Language, catalogue: Catalogue): Translate {
  const catalogues = createInstance();
  void catalogues.init({
    lng: language,
    resources: { [language]: { translation: catalogue } },
    // Loads synchronously, because all texts are in memory and the next line uses them.
    initAsync: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    // An old failure may lack a value of the current sentence, which must not be shown as {{host}}.
    missingInterpolationHandler: () => '?',
  });

  const say = (key: string, params: ErrorParams): string =>
    textWithoutValues(catalogue, key) ?? catalogues.t(key, shown(params));
  const translate = <K extends TextKey>(key: K, ...params: ParamsOf<K>): string => say(key, params[0] ?? {});
  const readable = (params: ErrorParams): ErrorParams =>
    Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, readableValue(name, value, translate, language)]),
    );
  return Object.assign(translate, {
    language,
    sqlOf,
    finding: (code: FindingCode, params: ErrorParams): FindingTexts => {
      const values = findingValues(params, translate, language);
      const said = (part: string): string | null => {
        const key = `doctor.finding.${code}.${part}`;
        return catalogues.exists(key) ? say(key, values) : null;
      };
      return { found: said('found') ?? code, means: said('means'), next: said('next') };
    },
    failure: ({ code, params }: FailureToExplain): FailureTexts => {
      const values = {
        ...logOf(code, say),
        ...readable(params),
        ...tableOf(params),
        server: serverOf(params, say),
        endpoint: endpointOf(params),
        sql: sqlOf({ code, params }),
        command: deletesCommand({ code, params }, say),
      };
      return { sentence: say(`failure.${code}.sentence`, values), next: say(`failure.${code}.next`, values) };
    },
    usage: (code: UsageCode, params: ErrorParams): UsageTexts => {
      const values = { ...readable(params), ...folderOf(params) };
      return {
        what: say(`usage.${code}.what`, values),
        hint: params.nearest === undefined ? null : say('words.nearest', values),
        means: say(`usage.${code}.means`, values),
        next: say(`usage.${code}.next`, values),
      };
    },
  });
}

/**
 * A text that takes no values; null for any other. i18next would return it as it is, but takes so long for it
 * that the help of all commands, which each of them puts together, was a tenth of a command's start.
 */
function textWithoutValues(catalogue: Catalogue, key: string): string | null {
  let found: unknown = catalogue;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return null;
    found = (found as Readonly<Record<string, unknown>>)[part];
  }
  return typeof found === 'string' && !/\{\{|\$t\(/.test(found) ? found : null;
}

/** Values of several lines that we produced ourselves: SQL to copy, a list of problems, translated texts. */
const OF_SEVERAL_LINES = new Set(['sql', 'problems', 'sentence', 'next', 'text']);

/** Names, messages and the like are foreign text, whose control characters must not affect the line. */
function shown(params: ErrorParams): ErrorParams {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value];
      return [name, OF_SEVERAL_LINES.has(name) ? visibleLines(value) : visible(value)];
    }),
  );
}

/** Errors carry codes, ISO times and plain numbers. A port stays as it is; a count gets separators. */
function readableValue(
  name: string,
  value: string | number,
  t: (key: TriggerKey) => string,
  language: Language,
): string | number {
  if (name === 'face' && isTrigger(value)) return t(`words.trigger.${value}`);
  if (name === 'since' && !Number.isNaN(Date.parse(String(value))))
    return formatDateTime(String(value), language);
  if ((name === 'rows' || name === 'deletes' || name === 'gone') && typeof value === 'number')
    return formatCount(value, language);
  return value;
}

/** A table is named with its schema if the failure has it; in a text about `count` tables it is already words. */
function tableOf({ schema, table, count }: ErrorParams): ErrorParams {
  if (table === undefined) return {};
  return { table: schema === undefined || count !== undefined ? table : `${schema}.${table}` };
}

/** The rights that a table needs, if a failure from an older journal lacks the statement. */
const RIGHTS: Partial<Readonly<Record<FailureCode, string>>> = {
  source_permission: 'SELECT',
  central_permission: 'SELECT, INSERT, UPDATE, DELETE',
};

function sqlOf({ code, params }: FailureToExplain): string {
  const { sql, schema, table, user } = params;
  if (sql !== undefined) return String(sql);
  const rights = RIGHTS[code];
  if (rights === undefined || table === undefined || user === undefined) return '';
  const name = schema === undefined ? sqlName(String(table)) : sqlQualified(String(schema), String(table));
  return `GRANT ${rights} ON ${name} TO ${sqlName(String(user))};`;
}

/**
 * The command that allows the deletes of some tables. The tables of a group are passed as `tables`, ready to
 * be typed; empty if they cannot be typed.
 */
function deletesCommand(
  { code, params }: FailureToExplain,
  say: (key: string, params: ErrorParams) => string,
): string {
  if (!asksForDeletes(code)) return '';
  const tables = params.tables ?? tablesWord([String(params.name ?? params.table ?? '')]) ?? '';
  if (tables === '') return say('words.noCommand', {});
  return `branchline sync-all --connection ${params.connection ?? 'ID'} --tables ${tables} --allow-deletes`;
}

/** A folder as typed in the commands of a next step. */
function folderOf({ folder }: ErrorParams): ErrorParams {
  return folder === undefined ? {} : { folderWord: folderWord(String(folder)) };
}

/** A failure from an older journal does not name the file with the details. */
function logOf(code: FailureCode, say: (key: string, params: ErrorParams) => string): ErrorParams {
  return code === FailureCode.Internal ? { file: say('words.logFile', {}) } : {};
}

/** The database of a failure; unknown for one from an older journal. */
function serverOf(params: ErrorParams, say: (key: string, params: ErrorParams) => string): string {
  const known = params.side === 'source' || params.side === 'central';
  return say(`words.server.${known ? params.side : 'unknown'}`, params);
}

/** That database's name in the settings and on the command line. */
function endpointOf({ side, connection }: ErrorParams): string | number {
  return side === 'central' ? 'central' : (connection ?? 'ID');
}

type TriggerKey = `words.trigger.${BatchTrigger}`;

function isTrigger(value: string | number): value is BatchTrigger {
  return Object.values<string | number>(BatchTrigger).includes(value);
}
