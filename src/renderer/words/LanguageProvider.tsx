import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { isLanguage, type Language } from '../../shared/texts/language.ts';
import { createTranslator, type Translate } from '../../shared/texts/translate.ts';
import { isNotSetUp } from '../data/hindrances.ts';
import { useCall } from '../data/useCall.ts';
import { createFormat, type Format } from './format.ts';

interface Words {
  readonly t: Translate;
  readonly format: Format;
  readonly early: EarlyLanguage;
}

/** The language while there are no settings that could hold it. */
export interface EarlyLanguage {
  /** What a person has chosen; null before. */
  readonly chosen: Language | null;
  choose(language: Language): void;
}

const EARLY = 'branchline-language';

const WordsContext = createContext<Words | null>(null);

/** Speaks the language of the settings, and another as soon as they say so. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const { data: setup } = useCall('setup');
  const [chosen, setChosen] = useState(readEarly);
  // Once there are settings, they say it.
  const unset = setup !== undefined && isNotSetUp(setup);
  const language = (unset ? chosen : null) ?? setup?.language ?? spokenByBrowser();
  const timeZone = setup?.timeZone;
  const words = useMemo(
    () => ({
      t: createTranslator(language),
      format: createFormat(language, timeZone),
      early: {
        chosen,
        choose: (next: Language) => {
          localStorage.setItem(EARLY, next);
          setChosen(next);
        },
      },
    }),
    [language, timeZone, chosen],
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

/** For the first page that a person sees. */
export function useEarlyLanguage(): EarlyLanguage {
  return useWords().early;
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

/** What was chosen before the window was closed in the middle of the set-up. */
function readEarly(): Language | null {
  const kept = localStorage.getItem(EARLY) ?? '';
  return isLanguage(kept) ? kept : null;
}
