import { TableStatus } from '../../shared/status.ts';

/** A table that was cut off in the middle, and that nobody is at work on now. */
const HALTED = 'halted';

/** How a table stands, as it is shown. */
export type SeenTable = TableStatus | typeof HALTED;

/**
 * How a table's status is shown: in the journal a table stays in progress when its batch is cut off.
 *
 * @param atWork whether its batch runs now
 */
export function seenStatus(status: TableStatus, atWork: boolean): SeenTable {
  return status === TableStatus.InProgress && !atWork ? HALTED : status;
}
