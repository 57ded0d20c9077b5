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

/** The language before there are settings to store it. */
export interface EarlyLanguage {
  /** The person's choice; null before. */
  readonly chosen: Language | null;
  choose(language: Language): void;
}

const EARLY = 'branchline-language';

const WordsContext = createContext<Words | null>(null);

/** Uses the language of the settings, and follows their changes. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const { data: setup } = useCall('setup');
  const [chosen, setChosen] = useState(readEarly);
  // Settings take precedence over the early choice.
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

/** The translator for the current language. */
export function useT(): Translate {
  return useWords().t;
}

/** Formats numbers, sizes and times for the current language. */
export function useFormat(): Format {
  return useWords().format;
}

/** The language chosen on the first set-up page. */
export function useEarlyLanguage(): EarlyLanguage {
  return useWords().early;
}

function useWords(): Words {
  const words = useContext(WordsContext);
  if (words === null) throw new Error('There is no LanguageProvider around this.');
  return words;
}

/** The browser's language, used until the program has answered. */
function spokenByBrowser(): Language {
  const spoken = navigator.language.slice(0, 2);
  return isLanguage(spoken) ? spoken : 'en';
}

/** The choice from before the window was closed during set-up. */
function readEarly(): Language | null {
  const kept = localStorage.getItem(EARLY) ?? '';
  return isLanguage(kept) ? kept : null;
}
