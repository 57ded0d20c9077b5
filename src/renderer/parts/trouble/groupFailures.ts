import { type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { type FailureGroup, groupByReason } from '../../../shared/texts/failureGroups.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { sayFailure } from '../../words/failure.ts';

export type { FailureGroup } from '../../../shared/texts/failureGroups.ts';

/**
 * Failed tables by their reasons, in the window's words.
 *
 * @param rows of a batch; those that have not failed are passed over
 * @param labelOf the name of a connection by its id
 * @returns the reason of most tables first
 */
export function groupFailures(
  rows: readonly TableRow[],
  t: Translate,
  labelOf: (connection: string) => string,
): readonly FailureGroup[] {
  return groupByReason(rows, t, (failure) => sayFailure(failure, t, labelOf));
}

/** Whether the sentence itself says which table it is about, so that a list of one need not. */
export function namesItsTable({ rows, sentence }: FailureGroup): boolean {
  const [row] = rows;
  if (rows.length !== 1 || row === undefined || row.table_name === UNKNOWN_TABLES) return false;
  return sentence.split(/[\s,.;:()]+/).includes(row.table_name);
}
