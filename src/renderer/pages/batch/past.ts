import type { BatchOptions, BatchRow, LogRow } from '../../../shared/contract.ts';
import { InterruptionReason } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { Usual } from '../../../window-api/views.ts';

/** Events of a batch as a whole. */
export type Stage = { readonly at: string; readonly id: number } & (
  | { readonly kind: 'started' | 'resumed' | 'completed' | 'failed' }
  | { readonly kind: 'interrupted' | 'superseded'; readonly reason: InterruptionReason | null }
  /** Head office has asked for what follows. */
  | { readonly kind: 'asked'; readonly detail: LogRow['detail'] }
);

const STAGES: Readonly<Record<string, Stage['kind']>> = {
  batch_started: 'started',
  batch_resumed: 'resumed',
  batch_completed: 'completed',
  batch_failed: 'failed',
  batch_interrupted: 'interrupted',
  batch_superseded: 'superseded',
  request_begun: 'asked',
};

/** The stages of a batch from its event log, oldest first. */
export function stagesOf(events: readonly LogRow[]): readonly Stage[] {
  return events.flatMap(({ id, at, event, detail }): Stage[] => {
    const kind = STAGES[event];
    if (kind === undefined) return [];
    if (kind === 'asked') return [{ id, at, kind, detail }];
    if (kind !== 'interrupted' && kind !== 'superseded') return [{ id, at, kind }];
    const reason = Object.values(InterruptionReason).find((one) => one === detail.reason) ?? null;
    return [{ id, at, kind, reason }];
  });
}

/** How a duration compares with the table's usual one. */
export interface Compared {
  readonly kind: 'as' | 'longer' | 'shorter';
  /** Ratio to the usual duration; 1 is as usual. */
  readonly factor: number;
  /** Ratio of rows, if more rows explain the longer duration; else null. */
  readonly moreRows: number | null;
}

/** Smallest ratio worth mentioning. Runs vary by half for no reason. */
const NOTABLE = 1.5;

/** A difference of fewer seconds is never mentioned. */
const NOTICED_SECONDS = 2;

/**
 * Compares a run with the table's usual one.
 *
 * @param rows that were written or found unchanged
 * @returns null if nothing is usual yet
 */
export function compareWithUsual(seconds: number, rows: number, usual: Usual | undefined): Compared | null {
  if (usual === undefined) return null;
  const factor = seconds / Math.max(usual.seconds, 0.001);
  const isNotable = Math.abs(seconds - usual.seconds) >= NOTICED_SECONDS;
  if (isNotable && factor >= NOTABLE) {
    const more = rows / Math.max(1, usual.rows);
    return { kind: 'longer', factor, moreRows: more >= NOTABLE ? more : null };
  }
  if (isNotable && factor <= 1 / NOTABLE) return { kind: 'shorter', factor, moreRows: null };
  return { kind: 'as', factor, moreRows: null };
}

/** A factor rounded as people say it: `2`, `1.5`, `12`. */
export function roundFactor(factor: number): number {
  return factor < 9.5 ? Math.round(factor * 2) / 2 : Math.round(factor);
}

/**
 * Seconds since a running batch began or was last resumed. Time between an interruption and the resume does
 * not count.
 *
 * @param events the batch's event log, oldest first
 */
export function workedSoFar(batch: BatchRow, events: readonly LogRow[], now: Date): number {
  const begun = events.findLast(({ event }) => event === 'batch_started' || event === 'batch_resumed');
  const before = begun?.detail.worked_seconds;
  const since = Date.parse(begun?.at ?? batch.started_at);
  const seconds = Math.max(0, (now.getTime() - since) / 1000);
  return (typeof before === 'number' ? before : 0) + seconds;
}

/** Names that can be read at a glance; the table list has all of them. */
const NAMES_SHOWN = 5;

/** What a batch was asked to do, in words. */
export function askedFor(
  { connections, tables, strategy, allowDeletes }: BatchOptions,
  labelOf: (connection: string) => string,
  t: Translate,
): string {
  const names = shorten(tables);
  const what = tables.length === 0 ? t('batchPage.asked.all') : t('batchPage.asked.tables', { names });
  const all = connections.length === 0 || connections.includes('*');
  const where = shorten(connections.map(labelOf));
  const parts = [
    all ? what : t('batchPage.asked.of', { tables: what, connections: where }),
    strategy === null ? null : t('batchPage.asked.strategy', { strategy: t(`strategy.name.${strategy}`) }),
    allowDeletes ? t('batchPage.asked.deletes') : null,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

function shorten(names: readonly string[]): string {
  return names.length <= NAMES_SHOWN ? names.join(', ') : `${names.slice(0, NAMES_SHOWN).join(', ')}, …`;
}
