import type { TableRow } from '../../../shared/contract.ts';
import { FailureCode } from '../../../shared/errors.ts';
import { failureOfRow } from '../../../shared/texts/failureOfRow.ts';
import { CENTRAL } from '../connectionsPlace.ts';

/** What is mended where head office is set up, whichever database it happened at. */
const AT_CENTRAL: ReadonlySet<FailureCode> = new Set<FailureCode>([
  FailureCode.CentralUnreachable,
  FailureCode.CentralSignIn,
  FailureCode.CentralPermission,
  FailureCode.CentralReadOnly,
  FailureCode.CentralNotATable,
  // The layout is head office's.
  FailureCode.StampColumnTaken,
  FailureCode.TooManyColumns,
  FailureCode.ReplaceUnsafe,
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
