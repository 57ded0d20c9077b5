import { TableStatus } from '../../shared/status.ts';

/** A table that was cut off and that nothing works on now. */
const HALTED = 'halted';

/** A table's status as shown. */
export type SeenTable = TableStatus | typeof HALTED;

/**
 * A table's status as shown: in the journal, a table stays `in_progress` after its batch was cut off.
 *
 * @param atWork whether its batch runs now
 */
export function seenStatus(status: TableStatus, atWork: boolean): SeenTable {
  return status === TableStatus.InProgress && !atWork ? HALTED : status;
}
