import { CATALOGUES } from './catalogues.ts';
import type { Language } from './language.ts';
import { type Translate, translatorOf } from './translator.ts';

export type { FailureTexts, FailureToExplain, FindingTexts, Translate, UsageTexts } from './translator.ts';

/** A translator into one language, for programs that may need every language; see {@link translatorOf}. */
export function createTranslator(language: Language): Translate {
  return translatorOf(language, CATALOGUES[language]);
}
