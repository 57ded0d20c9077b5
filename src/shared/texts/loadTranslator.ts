import type { Language } from './language.ts';
import { type Translate, translatorOf } from './translator.ts';

/** A translator into one language, without the texts of the others: they would take a command longer to load. */
export async function loadTranslator(language: Language): Promise<Translate> {
  switch (language) {
    case 'en':
      return translatorOf(language, (await import('./en/index.ts')).en);
    case 'id':
      return translatorOf(language, (await import('./id/index.ts')).id);
  }
}
