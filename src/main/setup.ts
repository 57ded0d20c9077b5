import { loadSettings } from '../core/settings/load.ts';
import { UsageError } from '../shared/errors.ts';
import type { Setup } from '../shared/ipc.ts';
import { chooseLanguage } from '../shared/texts/language.ts';

/**
 * What the window must know before it can say anything. Read anew each time: the file may have been
 * made or corrected since.
 *
 * @param systemLanguages as Electron has them, the preferred first: `id-ID`, `en`, …
 */
export function readSetup(folder: string, systemLanguages: readonly string[]): Setup {
  const system = { LANG: systemLanguages[0] };
  const spoken = chooseLanguage('auto', system);
  try {
    const { language } = loadSettings(folder, spoken);
    return { language: chooseLanguage(language, system), problem: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { language: spoken, problem: { kind: 'usage', code: error.code, params: error.params } };
  }
}
