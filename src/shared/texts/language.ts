export const LANGUAGES = ['en', 'id'] as const;
export type Language = (typeof LANGUAGES)[number];

export function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}

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
  return /^id([_.@-]|$)/i.test(locale) ? 'id' : 'en';
}
