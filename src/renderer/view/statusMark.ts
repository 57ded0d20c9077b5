import type { BatchStatus, TableStatus } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { element } from './element.ts';

/** A status as a word with a mark before it: never by colour alone. */
export function batchMark(t: Translate, status: BatchStatus): HTMLElement {
  return element('span', { class: `status ${status}` }, t(`words.batch.${status}`));
}

/** See {@link batchMark}. */
export function tableMark(t: Translate, status: TableStatus): HTMLElement {
  return element('span', { class: `status ${status}` }, t(`words.table.${status}`));
}
