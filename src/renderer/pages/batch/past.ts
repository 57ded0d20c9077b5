import type { BatchOptions, BatchRow, LogRow } from '../../../shared/contract.ts';
import { InterruptionReason } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { Usual } from '../../../window-api/views.ts';

/** What happened to a batch as a whole. */
export type Stage = { readonly at: string; readonly id: number } & (
  | { readonly kind: 'started' | 'resumed' | 'completed' | 'failed' }
  | { readonly kind: 'interrupted' | 'superseded'; readonly reason: InterruptionReason | null }
);

const STAGES: Readonly<Record<string, Stage['kind']>> = {
  batch_started: 'started',
  batch_resumed: 'resumed',
  batch_completed: 'completed',
  batch_failed: 'failed',
  batch_interrupted: 'interrupted',
  batch_superseded: 'superseded',
};

/** The stages of a batch from its event log, oldest first. */
export function stagesOf(events: readonly LogRow[]): readonly Stage[] {
  return events.flatMap(({ id, at, event, detail }): Stage[] => {
    const kind = STAGES[event];
    if (kind === undefined) return [];
    if (kind !== 'interrupted' && kind !== 'superseded') return [{ id, at, kind }];
    const reason = Object.values(InterruptionReason).find((one) => one === detail.reason) ?? null;
    return [{ id, at, kind, reason }];
  });
}

/** How a duration compares with what the table usually takes. */
export interface Compared {
  readonly kind: 'as' | 'longer' | 'shorter';
  /** How many times as long; 1 is as usual. */
  readonly factor: number;
  /** How many times as many rows, where that is why it took longer; else null. */
  readonly moreRows: number | null;
}

/** From how many times as long it is worth saying. Runs differ by half without a reason. */
const NOTABLE = 1.5;

/** Seconds that nobody notices, however many times as long they are. */
const NOTICED_SECONDS = 2;

/**
 * Compares what a table took with its usual.
 *
 * @param rows that were written or found the same
 * @returns null where nothing is usual yet
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

/** A factor as people say it: `2`, `1.5`, `12`. */
export function roundFactor(factor: number): number {
  return factor < 9.5 ? Math.round(factor * 2) / 2 : Math.round(factor);
}

/**
 * How many seconds a running batch has worked by now. While it was interrupted it did not, so that they are counted
 * from its last beginning.
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

/** Names that are read at one glance; the list of tables has all of them. */
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
