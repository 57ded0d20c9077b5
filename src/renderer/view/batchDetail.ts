import type { BatchRow, LeaseHolder } from '../../shared/contract.ts';
import { formatCount, formatDateTime, formatDuration } from '../../shared/format.ts';
import type { BatchView } from '../../shared/ipc.ts';
import { assertNever, BatchStatus } from '../../shared/status.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { element } from './element.ts';
import { tableList } from './tableList.ts';

/** One batch: how it stands in a sentence, then its tables. */
export function batchDetail(t: Translate, view: BatchView, holder: LeaseHolder | null): readonly Node[] {
  const { batch, tables } = view;
  return [
    element(
      'header',
      {},
      element('h1', {}, t('window.batchOf', { time: formatDateTime(batch.started_at, t.language) })),
      element('p', { class: `lead status ${batch.status}` }, sentence(t, batch)),
      element('p', { class: 'quiet' }, element('code', {}, batch.batch_id), ...took(t, batch)),
      runner(t, batch, holder),
      howToGoOn(t, batch),
    ),
    tableList(t, tables),
  ];
}

function sentence(t: Translate, batch: BatchRow): string {
  const count = batch.total_tables;
  const done = formatCount(batch.completed_tables + batch.skipped_tables, t.language);
  const total = formatCount(count, t.language);
  switch (batch.status) {
    case BatchStatus.Running:
      return t('window.running', { done, count });
    case BatchStatus.Completed:
      return t('window.completed', { count });
    case BatchStatus.Failed:
      return t('window.failed', { count: batch.failed_tables, done, total });
    case BatchStatus.Interrupted:
      return t('window.interrupted', { reason: reasonOf(t, batch), done, total });
    default:
      return assertNever(batch.status);
  }
}

function reasonOf(t: Translate, { interruption_reason: reason }: BatchRow): string {
  return reason === null ? t('words.batch.interrupted') : t(`words.reason.${reason}`);
}

function took(t: Translate, { duration_seconds: seconds }: BatchRow): readonly string[] {
  return seconds === null ? [] : [` · ${formatDuration(seconds, t.language)}`];
}

function runner(t: Translate, batch: BatchRow, holder: LeaseHolder | null): HTMLElement | null {
  if (holder === null || holder.batchId !== batch.batch_id) return null;
  const { face, pid, host } = holder;
  return element('p', { class: 'quiet' }, t('window.runBy', { face: t(`words.trigger.${face}`), pid, host }));
}

function howToGoOn(t: Translate, { batch_id: id, status }: BatchRow): HTMLElement | null {
  if (status !== BatchStatus.Failed && status !== BatchStatus.Interrupted) return null;
  return element(
    'p',
    {},
    t('window.goOnWith'),
    ' ',
    element('code', {}, `branchline sync-all --resume ${id}`),
  );
}
