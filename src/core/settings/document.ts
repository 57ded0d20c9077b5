import { createHash } from 'node:crypto';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { Refusal } from '../../shared/service.ts';
import { type Settings, type SettingsFile, settingsSchema } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { inOrderOf, type SettingsStore, settingsText } from './change.ts';
import { sameHooks, withHooksOf } from './hooksGuard.ts';
import { checkSettings, parseSettings, parseText, readSettings, settingsFile } from './load.ts';
import { describeIssues, type Problem } from './problems.ts';
import { sayReason } from './reasons.ts';

/** The settings as a person edits them. */
export interface SettingsDocument {
  /** As written, without defaults. Null if there is no file or it is not JSON. */
  readonly document: SettingsFile | null;
  /** SHA-256 of the file's bytes. Null if there is no file or it cannot be read. */
  readonly revision: string | null;
  /** With all defaults filled in; null if there is a `problem`. */
  readonly effective: Settings | null;
  /** Why the settings cannot be used; null if they can. */
  readonly problem: Refusal | null;
}

/** Reads `settings.json` for a person to edit. Never throws because of its contents. */
export function readSettingsDocument(folder: string, language: Language = 'en'): SettingsDocument {
  const file = settingsFile(folder);
  let found: Pick<SettingsDocument, 'document' | 'revision'> = { document: null, revision: null };
  try {
    const bytes = readSettings(file, language);
    found = { ...found, revision: revisionOf(bytes) };
    const raw = parseSettings(file, bytes, language);
    // Shown even if the schema refuses it, so that the person can correct it.
    if (isObject(raw)) found = { ...found, document: raw as SettingsFile };
    return { ...found, effective: checkSettings(file, raw, language), problem: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { ...found, effective: null, problem: { code: error.code, params: error.params } };
  }
}

/**
 * Replaces the settings with what a person edited. Keys stay in the file's order.
 *
 * @param revision of the edited settings; null to create them
 * @returns the new revision
 * @throws UsageError `settings_changed` if the file has changed since (it is not overwritten);
 *   `settings_invalid` if the document is invalid or the file is not JSON, since its text may be a person's
 *   only copy; `hooks_by_hand` if it has other hooks than the file; and what the store throws
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
  const kept = withHooksOf(file, earlier, document);
  // With the file's hooks, which may name a connection that the document has no more.
  checkSettings(file, kept, language);
  // Checked above: only the order of the keys changes.
  store.write(inOrderOf(earlier, kept) as SettingsFile);
  return revisionOf(readSettings(file));
}

/** Null if there is no file. */
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

/** The result of checking a text to import: settings, or their problems. */
type ImportCheck =
  | { readonly document: SettingsFile; readonly problems: null }
  | { readonly document: null; readonly problems: readonly Problem[] };

/**
 * The settings for another machine, as written. They contain no passwords; names of environment variables
 * stay. The addresses of webhook and ping are removed, because they let anyone post there, and hooks, which no import may
 * bring.
 *
 * @throws UsageError `settings_missing`, `settings_unreadable`, `settings_invalid` (an invalid file may
 *   contain a password)
 */
export function exportSettings(folder: string, language: Language = 'en'): string {
  const file = settingsFile(folder);
  const raw = parseSettings(file, readSettings(file, language), language);
  checkSettings(file, raw, language);
  // Checked in the line above.
  const { hooks: _hooks, ...document } = raw as SettingsFile;
  if (document.notifications === undefined) return settingsText(document);
  const { webhook: _, ping: __, ...notifications } = document.notifications;
  return settingsText({ ...document, notifications });
}

/**
 * Checks whether a text is valid as settings; writes nothing. Problems are described in the person's language.
 *
 * @param folder whose hooks it may have; it keeps them if the text has none
 */
export function checkImport(folder: string, text: string, language: Language = 'en'): ImportCheck {
  const parsed = parseText(text.replace(/^\ufeff/, ''), language);
  if (parsed.problem !== null) return { document: null, problems: [parsed.problem] };
  const { success, error } = settingsSchema.safeParse(parsed.value);
  if (success) {
    // What the schema accepts is a SettingsFile.
    const document = parsed.value as SettingsFile;
    if (document.hooks === undefined || sameHooks(readSettingsDocument(folder).document, document))
      return { document, problems: null };
    return { document: null, problems: [{ path: 'hooks', reason: sayReason(language, 'hook_by_hand') }] };
  }
  return { document: null, problems: describeIssues(error.issues, parsed.value, language) };
}
