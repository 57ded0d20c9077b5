import path from 'node:path';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { type EndpointSettings, type Settings, SYSTEM_CA, settingsSchema } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { errnoOf } from '../files/folderError.ts';
import { readSmallFile, SMALL_FILE_MB, UnfitFileError } from '../files/smallFile.ts';
import { decodeText, findJsonProblem } from './jsonText.ts';
import { describeIssues, type Problem } from './problems.ts';
import { sayPlace, sayReason } from './reasons.ts';

/** The path of the settings in a data folder. */
export function settingsFile(folder: string): string {
  return path.join(folder, 'settings.json');
}

/**
 * Reads and checks `settings.json`. Never changes the file.
 *
 * @param folder the data folder
 * @param language for the problems: the file that sets the language may be the broken one
 * @returns the settings with every default filled in and every `url` expanded; file names stay as written
 *   (see resolveEndpointFiles)
 * @throws UsageError `settings_missing` {file}, `settings_unreadable` {file, reason}, `settings_invalid`
 *   {file, problems (one `path: reason` per line), count, and path and reason of the first}
 */
export function loadSettings(folder: string, language: Language = 'en'): Settings {
  const file = settingsFile(folder);
  return checkSettings(file, parseSettings(file, readSettings(file, language), language), language);
}

/**
 * The settings of a computer at head office, which reads central and has no branch: `connections` may be missing.
 *
 * @throws as {@link loadSettings}
 */
export function loadHeadOfficeSettings(folder: string, language: Language = 'en'): Settings {
  const file = settingsFile(folder);
  const raw = parseSettings(file, readSettings(file, language), language);
  const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
  return checkSettings(file, isObject ? { connections: [], ...raw } : raw, language);
}

/**
 * The file's bytes.
 *
 * @throws UsageError `settings_missing`; `settings_unreadable`, also for a pipe, a device or a file of
 *   gigabytes
 */
export function readSettings(file: string, language: Language = 'en'): Buffer {
  try {
    return readSmallFile(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      throw new UsageError(UsageCode.SettingsMissing, { file, path: file }, { cause: error });
    }
    const reason = unreadableReason(error, language);
    throw new UsageError(UsageCode.SettingsUnreadable, { file, path: file, reason }, { cause: error });
  }
}

function unreadableReason(error: unknown, language: Language): string {
  if (error instanceof UnfitFileError) return sayReason(language, error.why, { limit: SMALL_FILE_MB });
  return error instanceof Error ? error.message : String(error);
}

/** The file's value as written. */
export function parseSettings(file: string, bytes: Uint8Array, language: Language): unknown {
  const text = decodeText(bytes);
  if (text === null) throw invalid(file, [{ path: 'settings', reason: sayReason(language, 'not_text') }]);
  const { value, problem } = parseText(text, language);
  if (problem !== null) throw invalid(file, [problem]);
  return value;
}

/** The value of a settings text, or where it stops being JSON. */
export function parseText(
  text: string,
  language: Language,
): { readonly value: unknown; readonly problem: null } | { readonly value: null; readonly problem: Problem } {
  const found = findJsonProblem(text);
  if (found === null) return { value: JSON.parse(text), problem: null };
  const { line, column, reason, ...values } = found;
  const problem = { path: sayPlace(language, line, column), reason: sayReason(language, reason, values) };
  return { value: null, problem };
}

/** Validates a value as settings. */
export function checkSettings(file: string, raw: unknown, language: Language): Settings {
  const parsed = settingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  throw invalid(file, describeIssues(parsed.error.issues, raw, language));
}

function invalid(file: string, problems: readonly Problem[]): UsageError {
  return new UsageError(UsageCode.SettingsInvalid, {
    file,
    path: problems[0]?.path ?? '',
    reason: problems[0]?.reason ?? '',
    problems: problemLines(problems).join('\n'),
    count: problems.length,
  });
}

/** A file of megabytes may have an error on each line; nobody reads more than these. */
const MOST_PROBLEMS = 50;

function problemLines(problems: readonly Problem[]): readonly string[] {
  const lines = problems.slice(0, MOST_PROBLEMS).map(({ path: at, reason }) => `${at}: ${reason}`);
  const more = problems.length - lines.length;
  return more > 0 ? [...lines, `… (+${more})`] : lines;
}

/**
 * The endpoint with absolute paths for `passfile`, certificates and keys. The settings keep them as
 * written, so that the folder can be moved or copied.
 *
 * @param folder the folder of the settings file
 */
export function resolveEndpointFiles<E extends EndpointSettings>(endpoint: E, folder: string): E {
  const { passfile, sslrootcert, sslcert, sslkey, ssh } = endpoint;
  return {
    ...endpoint,
    ...(passfile !== undefined && { passfile: path.resolve(folder, passfile) }),
    ...(sslrootcert !== undefined &&
      sslrootcert !== SYSTEM_CA && { sslrootcert: path.resolve(folder, sslrootcert) }),
    ...(sslcert !== undefined && { sslcert: path.resolve(folder, sslcert) }),
    ...(sslkey !== undefined && { sslkey: path.resolve(folder, sslkey) }),
    ...(ssh?.keyFile !== undefined && { ssh: { ...ssh, keyFile: path.resolve(folder, ssh.keyFile) } }),
  };
}
