import type { Translate } from './texts/translate.ts';

/** Names in one line; more would make a menu as wide as the screen. */
const NAMES_SHOWN = 3;

/** A few names, and how many more there are. */
export function namesOf(names: readonly string[], t: Translate): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? t('tray.more', { names: shown, count: more }) : shown;
}
