import type { Language } from '../../shared/texts/language.ts';
import { createTranslator, type Translate } from '../../shared/texts/translate.ts';
import type { Page } from '../page.ts';
import { batchDetail } from './batchDetail.ts';
import { batchList } from './batchList.ts';
import { nothingYet, notices } from './notices.ts';
import { fillRegion } from './region.ts';

/** Draws the page; what has not changed since the last time stays as it is. */
export function showPage(page: Page, choose: (batchId: string) => void): void {
  const { language, batches, view, holder, refusals, silence } = page;
  document.documentElement.lang = language;
  const t = translatorOf(language);
  const current = view?.batch.batch_id ?? null;

  fillRegion('notice', { language, refusals, silence }, () => notices(t, refusals, silence));
  fillRegion('batches', { language, batches, current }, () => batchList(t, batches, current, choose));
  fillRegion('batch', { language, view, holder, silence }, () => {
    if (view !== null) return batchDetail(t, view, holder);
    return silence === null && refusals.length === 0 ? nothingYet(t) : [];
  });
}

const translators = new Map<Language, Translate>();

function translatorOf(language: Language): Translate {
  const t = translators.get(language) ?? createTranslator(language);
  translators.set(language, t);
  return t;
}
