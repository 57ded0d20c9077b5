import { createHash } from 'node:crypto';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { Refusal } from '../../shared/service.ts';
import { type Settings, type SettingsFile, settingsSchema } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { inOrderOf, type SettingsStore, settingsText } from './change.ts';
import { checkSettings, parseSettings, parseText, readSettings, settingsFile } from './load.ts';
import { describeIssues, type Problem } from './problems.ts';

/** The settings as a person edits them. */
export interface SettingsDocument {
  /** As written, no defaults filled in. Null where there is no file, or it is no JSON. */
  readonly document: SettingsFile | null;
  /** Of the file's bytes (SHA-256). Null where there is no file, or it cannot be read. */
  readonly revision: string | null;
  /** With all defaults; null where `problem` is not. */
  readonly effective: Settings | null;
  /** Why the settings cannot be used; null where they can. */
  readonly problem: Refusal | null;
}

/** Reads `settings.json` for a person to edit. Never throws for what is wrong with it. */
export function readSettingsDocument(folder: string, language: Language = 'en'): SettingsDocument {
  const file = settingsFile(folder);
  let found: Pick<SettingsDocument, 'document' | 'revision'> = { document: null, revision: null };
  try {
    const bytes = readSettings(file, language);
    found = { ...found, revision: revisionOf(bytes) };
    const raw = parseSettings(file, bytes, language);
    // Where the schema refuses it the person sees it all the same, to put it right.
    if (isObject(raw)) found = { ...found, document: raw as SettingsFile };
    return { ...found, effective: checkSettings(file, raw, language), problem: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...found, effective: null, problem: { code: error.code, params: error.params } };
  }
}

/**
 * Replaces the settings by what a person has edited. Keys stay in the order in which they stand in the file.
 *
 * @param revision of the settings that were edited; null to begin them
 * @returns the new revision
 * @throws UsageError `settings_changed` where the file is another by now (and is not written over);
 *   `settings_invalid` where the document is wrong, or the file is no JSON: what somebody typed there may be all
 *   that there is of it; and what the store throws
 */
export function writeSettingsDocument(
  folder: string,
  document: SettingsFile,
  revision: string | null,
  store: SettingsStore,
  language: Language = 'en',
): string {
  const file = settingsFile(folder);
  checkSettings(file, document, language);
  const before = bytesOf(file, language);
  const earlier = before === null ? undefined : parseSettings(file, before, language);
  if ((before === null ? null : revisionOf(before)) !== revision)
    throw new UsageError(UsageCode.SettingsChanged, { file });
  // Checked above: the order of the keys is all that changes.
  store.write(inOrderOf(earlier, document) as SettingsFile);
  return revisionOf(readSettings(file));
}

/** Null where there is no file. */
function bytesOf(file: string, language: Language): Buffer | null {
  try {
    return readSettings(file, language);
  } catch (error) {
    if (error instanceof UsageError && error.code === UsageCode.SettingsMissing) return null;
    throw error;
  }
}

function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a text that is to be imported holds: settings, or what is wrong with it. */
type ImportCheck =
  | { readonly document: SettingsFile; readonly problems: null }
  | { readonly document: null; readonly problems: readonly Problem[] };

/**
 * The settings for another machine, as written. No password stands in settings; the names of environment variables
 * stay. A webhook's address goes: whoever knows it can write there.
 *
 * @throws UsageError `settings_missing`, `settings_unreadable`, `settings_invalid` (a file that was not checked may
 *   have a password in it)
 */
export function exportSettings(folder: string, language: Language = 'en'): string {
  const file = settingsFile(folder);
  const raw = parseSettings(file, readSettings(file, language), language);
  checkSettings(file, raw, language);
  // Checked in the line above.
  const document = raw as SettingsFile;
  if (document.notifications?.webhook === undefined) return settingsText(document);
  const { webhook: _, ...notifications } = document.notifications;
  return settingsText({ ...document, notifications });
}

/** Whether a text could be the settings; nothing is written. The problems are told in the person's language. */
export function checkImport(text: string, language: Language = 'en'): ImportCheck {
  const parsed = parseText(text.replace(/^\ufeff/, ''), language);
  if (parsed.problem !== null) return { document: null, problems: [parsed.problem] };
  const { success, error } = settingsSchema.safeParse(parsed.value);
  // What the schema takes is a SettingsFile.
  if (success) return { document: parsed.value as SettingsFile, problems: null };
  return { document: null, problems: describeIssues(error.issues, parsed.value, language) };
}
