/** Each in its own language, so that people who cannot read the others find theirs. */
export const LANGUAGE_NAMES = { en: 'English', id: 'Bahasa Indonesia' } as const;
export type Language = keyof typeof LANGUAGE_NAMES;

export function isLanguage(text: string): text is Language {
  return Object.hasOwn(LANGUAGE_NAMES, text);
}

export const LANGUAGES: readonly Language[] = Object.keys(LANGUAGE_NAMES).filter(isLanguage);

/**
 * The language to use: the one in the settings, else the system's, else English.
 *
 * As in POSIX, the first of LC_ALL, LC_MESSAGES and LANG that is set decides, even if it names a language
 * that we do not have.
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
