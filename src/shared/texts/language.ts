/** Each by its own name: whoever cannot read the others finds theirs. */
export const LANGUAGE_NAMES = { en: 'English', id: 'Bahasa Indonesia' } as const;
export type Language = keyof typeof LANGUAGE_NAMES;

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGE_NAMES, text);
}

export const LANGUAGES: readonly Language[] = Object.keys(LANGUAGE_NAMES).filter(isLanguage);

/**
 * Which language to speak: the one of the settings, else that of the system, else English.
 *
 * As POSIX has it, the first of LC_ALL, LC_MESSAGES and LANG that is set decides, even where it
 * names a language that we don't have.
 */
export function chooseLanguage(
  setting: Language | 'auto',
  env: Readonly<Record<string, string | undefined>>,
): Language {
  if (setting !== 'auto') return setting;
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  const [spoken = ''] = locale.toLowerCase().split(/[_.@-]/);
  return isLanguage(spoken) ? spoken : 'en';
}
