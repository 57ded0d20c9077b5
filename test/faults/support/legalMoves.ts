import { BATCH_MOVES, TABLE_MOVES } from '../../../src/core/journal/transitions.ts';
import type { LogRow } from '../../../src/shared/contract.ts';
import { BatchStatus, TableStatus } from '../../../src/shared/status.ts';

interface Mover {
  readonly from: string;
  readonly to: string;
  readonly event: string;
}

/**
 * Follows a batch's event log move by move.
 *
 * @returns the moves that were not legal where they were made
 */
export function illegalMoves(log: readonly LogRow[]): readonly string[] {
  const states = new Map<string, string>();
  const illegal: string[] = [];
  for (const { table_name, event } of log) {
    const moves: readonly Mover[] = table_name === null ? BATCH_MOVES : TABLE_MOVES;
    if (!moves.some((move) => move.event === event)) continue;
    const who = table_name ?? 'batch';
    const from = states.get(who) ?? (table_name === null ? BatchStatus.Running : TableStatus.Pending);
    const move = moves.find((one) => one.event === event && one.from === from);
    if (move === undefined) illegal.push(`${who}: ${event} from ${from}`);
    else states.set(who, move.to);
  }
  return illegal;
}
