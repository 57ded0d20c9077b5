import type { BatchRow, LeaseHolder } from '../shared/contract.ts';
import type { BatchView, Bridge, Refusal } from '../shared/ipc.ts';
import { isLanguage, type Language } from '../shared/texts/language.ts';
import { Refused, valueIn } from './bridge.ts';

/** All that the window shows, read at one moment. */
export interface Page {
  readonly language: Language;
  readonly batches: readonly BatchRow[];
  /** The chosen batch, else the latest; null where nothing has run. */
  readonly view: BatchView | null;
  readonly holder: LeaseHolder | null;
  /** What a person has to know or do first. */
  readonly refusals: readonly Refusal[];
  /** The main process did not answer at all. */
  readonly silence: string | null;
}

const LISTED_BATCHES = 20;

/** Never rejects: what could not be read stands in the page. */
export async function readPage(bridge: Bridge, chosen: string | null): Promise<Page> {
  const nothing = { batches: [], view: null, holder: null, refusals: [], silence: null };
  let language = documentLanguage();
  try {
    const setup = await valueIn(bridge.setup());
    language = setup.language;
    const refusals = setup.problem === null ? [] : [setup.problem];
    try {
      return { ...nothing, language, refusals, ...(await readBatches(bridge, chosen)) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ...nothing, language, refusals: [...refusals, error.refusal] };
    }
  } catch (error) {
    if (error instanceof Refused) return { ...nothing, language, refusals: [error.refusal] };
    return { ...nothing, language, silence: error instanceof Error ? error.message : String(error) };
  }
}

async function readBatches(
  bridge: Bridge,
  chosen: string | null,
): Promise<Pick<Page, 'batches' | 'view' | 'holder'>> {
  const [batches, view, holder] = await Promise.all([
    valueIn(bridge.batches(LISTED_BATCHES)),
    chosen === null ? valueIn(bridge.latestBatch()) : valueIn(bridge.batch(chosen)),
    valueIn(bridge.holder()),
  ]);
  return { batches, view, holder };
}

/** The language spoken last, while the program does not say which. */
function documentLanguage(): Language {
  const { lang } = document.documentElement;
  return isLanguage(lang) ? lang : 'en';
}
