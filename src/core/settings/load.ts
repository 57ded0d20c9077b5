import { readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { type Settings, settingsSchema } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { errnoOf } from './errno.ts';
import { decodeText, findJsonProblem } from './jsonText.ts';
import { describeIssues, type Problem } from './problems.ts';
import { sayReason } from './reasons.ts';

/** Where the settings of a data folder are. */
export function settingsFile(folder: string): string {
  return path.join(folder, 'settings.json');
}

/**
 * Reads and checks `settings.json`. The file itself is never touched, whatever is wrong with it.
 *
 * @param folder the data folder
 * @param language in which the problems are told: the file that names the language may be the broken one
 * @returns the settings with every default filled in and every `url` expanded; file names stay as
 *   written (see resolveEndpointFiles)
 * @throws UsageError `settings_missing` {file}, `settings_unreadable` {file, reason}, `settings_invalid`
 *   {file, problems (one `path: reason` a line), count, and path and reason of the first}
 */
export function loadSettings(folder: string, language: Language = 'en'): Settings {
  const file = settingsFile(folder);
  return checkSettings(file, parseSettings(file, readSettings(file), language), language);
}

/** The file's bytes. */
export function readSettings(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') {
      throw new UsageError(UsageCode.SettingsMissing, { file, path: file }, { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(UsageCode.SettingsUnreadable, { file, path: file, reason }, { cause: error });
  }
}

/** The file's value, as it is written there. */
export function parseSettings(file: string, bytes: Uint8Array, language: Language): unknown {
  const text = decodeText(bytes);
  if (text === null) throw invalid(file, [{ path: 'settings', reason: sayReason(language, 'not_text') }]);
  const { value, problem } = parseText(text, language);
  if (problem !== null) throw invalid(file, [problem]);
  return value;
}

/** The value that a text of settings is, or where it stops being JSON. */
export function parseText(
  text: string,
  language: Language,
): { readonly value: unknown; readonly problem: null } | { readonly value: null; readonly problem: Problem } {
  const found = findJsonProblem(text);
  if (found === null) return { value: JSON.parse(text), problem: null };
  const { line, column, reason, ...values } = found;
  const place = language === 'id' ? `baris ${line}, kolom ${column}` : `line ${line}, column ${column}`;
  return { value: null, problem: { path: place, reason: sayReason(language, reason, values) } };
}

/** The settings that a value stands for. */
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
    problems: problems.map(({ path: at, reason }) => `${at}: ${reason}`).join('\n'),
    count: problems.length,
  });
}
