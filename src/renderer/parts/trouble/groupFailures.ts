import { type TableRow, UNKNOWN_TABLES } from '../../../shared/contract.ts';
import { FailureCode } from '../../../shared/errors.ts';
import { type FailureGroup, failureOfRow, groupByReason } from '../../../shared/texts/failureGroups.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { sayFailure } from '../../words/refusal.ts';
import { CENTRAL } from '../connectionsPlace.ts';

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

/**
 * What tables are called in a list of them: with their connection only where several have a table of that name in
 * the list.
 */
export function namesInGroup(
  rows: readonly TableRow[],
  labelOf: (connection: string) => string,
  t: Translate,
): readonly string[] {
  const times = new Map<string, number>();
  for (const { table_name } of rows) times.set(table_name, (times.get(table_name) ?? 0) + 1);
  return rows.map(({ table_name, connection }) => {
    if (table_name === UNKNOWN_TABLES) return t('troubles.allOf', { connection: labelOf(connection) });
    return (times.get(table_name) ?? 0) > 1 ? `${table_name} (${labelOf(connection)})` : table_name;
  });
}

/** What is mended where head office is set up, whichever database it happened at. */
const AT_CENTRAL: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.CentralUnreachable,
  FailureCode.CentralSignIn,
  FailureCode.CentralPermission,
  FailureCode.CentralReadOnly,
  FailureCode.CentralNotATable,
  FailureCode.CentralSetUpUntrusted,
  FailureCode.CentralTableUntrusted,
  // The layout is head office's.
  FailureCode.StampColumnTaken,
  FailureCode.TooManyColumns,
  FailureCode.TooManyNewColumns,
  FailureCode.ReplaceUnsafe,
  FailureCode.ReplaceCascades,
  FailureCode.CascadeHidden,
  FailureCode.CentralUnstamped,
  FailureCode.CentralDeletesOwned,
  FailureCode.CentralLacksRows,
  FailureCode.CentralChangesRows,
  FailureCode.CentralKeepsRows,
  FailureCode.CentralRules,
  FailureCode.CentralNeedsValue,
  FailureCode.CentralRewritesTables,
  FailureCode.ParentLacking,
]);

/** The database that a failure leads to: the id of a connection, or head office. */
export function endOf(row: TableRow): string {
  const { code, params } = failureOfRow(row);
  return AT_CENTRAL.has(code) || params.side === 'central' ? CENTRAL : row.connection;
}
