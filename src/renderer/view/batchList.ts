import type { BatchRow } from '../../shared/contract.ts';
import { formatDateTime } from '../../shared/format.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { element } from './element.ts';
import { batchMark } from './statusMark.ts';

/** The latest batches, the shown one marked. */
export function batchList(
  t: Translate,
  batches: readonly BatchRow[],
  current: string | null,
  choose: (batchId: string) => void,
): readonly Node[] {
  const heading = element('h2', { id: 'batches-heading' }, t('window.batches'));
  if (batches.length === 0) {
    return [heading, element('p', { class: 'quiet' }, t('window.batchesNone'))];
  }
  const items = batches.map((batch) => element('li', {}, entry(t, batch, current, choose)));
  return [heading, element('ul', { 'aria-labelledby': 'batches-heading' }, ...items)];
}

function entry(
  t: Translate,
  batch: BatchRow,
  current: string | null,
  choose: (batchId: string) => void,
): HTMLElement {
  const { batch_id: id, started_at: started } = batch;
  return element(
    'button',
    {
      id: `choose-${id}`,
      onclick: () => choose(id),
      ...(id === current ? { 'aria-current': 'true' } : {}),
    },
    element('time', { datetime: started }, formatDateTime(started, t.language)),
    batchMark(t, batch.status),
  );
}
