import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import { isLanguage, type Language } from '../../shared/texts/language.ts';
import { createTranslator, type Translate } from '../../shared/texts/translate.ts';
import { useCall } from '../data/useCall.ts';
import { createFormat, type Format } from './format.ts';

interface Words {
  readonly t: Translate;
  readonly format: Format;
}

const WordsContext = createContext<Words | null>(null);

/** Speaks the language of the settings, and another as soon as they say so. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const { data: setup } = useCall('setup');
  const language = setup?.language ?? spokenByBrowser();
  const timeZone = setup?.timeZone;
  const words = useMemo(
    () => ({ t: createTranslator(language), format: createFormat(language, timeZone) }),
    [language, timeZone],
  );
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <WordsContext.Provider value={words}>{children}</WordsContext.Provider>;
}

/** Says texts, in the language of now. */
export function useT(): Translate {
  return useWords().t;
}

/** Writes numbers, sizes and times as people do in the language of now. */
export function useFormat(): Format {
  return useWords().format;
}

function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === null) throw new Error('There is no LanguageProvider around this.');
  return words;
}

/** Until the program has said which. */
function spokenByBrowser(): Language {
  const spoken = navigator.language.slice(0, 2);
  return isLanguage(spoken) ? spoken : 'en';
}
