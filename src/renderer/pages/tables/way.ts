import type { LogRow, TableRow } from '../../../shared/contract.ts';
import { Strategy } from '../../../shared/status.ts';
import type { TableState } from '../../../window-api/views.ts';

/** Why a table was copied in the way that it was: of table/strategyChoice.ts, those that are worth words. */
export const REASONS = [
  'asked',
  'first_load',
  'row_versions',
  'no_key',
  'goes_on',
  'cursor_changed',
  'no_cursor',
  'central_rewrote',
  'central_unlogged',
  'no_mark',
  'no_row_versions',
  'shape_changed',
  'too_old',
  'server_changed',
  'history_hidden',
  'restart_unproved',
] as const;
export type Reason = (typeof REASONS)[number];

/** Who has decided how a table is copied. */
export type Chooser = 'engine' | 'settings';

export function chooserOf(state: TableState): Chooser {
  return state.chosenStrategy === 'auto' ? 'engine' : 'settings';
}

/** How a table was copied last; null where it never was, and the settings leave it open. */
export function wayOf(state: TableState): Strategy | null {
  const chosen = Object.values(Strategy).find((one) => one === state.chosenStrategy) ?? null;
  return state.last?.strategy ?? chosen;
}

/**
 * Why, as the log of its last batch has it; null where that is not known any more. A table may have been begun more
 * than once in a batch: the last time counts.
 */
export function reasonIn(events: readonly LogRow[], run: TableRow): Reason | null {
  const chosen = events.findLast(
    ({ event, connection, table_name }) =>
      event === 'strategy_chosen' && connection === run.connection && table_name === run.table_name,
  );
  return REASONS.find((one) => one === chosen?.detail.reason) ?? null;
}
