import { type SettingsFile, settingsSchema } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { checkSettings, parseSettings, parseText, readSettings, settingsFile } from './load.ts';
import { describeIssues, type Problem } from './problems.ts';
import { settingsText } from './settingsStore.ts';

/** What a text that is to be imported holds: settings, or what is wrong with it. */
export type ImportCheck =
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
