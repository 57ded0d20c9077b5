import type { SettingsFile } from '../../../shared/settings.ts';
import type { Language } from '../../../shared/texts/language.ts';

/** Writes the language that was chosen before there were settings. One that stands there already stays. */
export function withEarlyLanguage(document: SettingsFile, chosen: Language | null): SettingsFile {
  return chosen === null || document.language !== undefined ? document : { ...document, language: chosen };
}
