import { compareNames, compareText } from '../../../shared/naming.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import { VerifyResult } from '../../../shared/verify.ts';
import type { TableState } from '../../../shared/window/views.ts';
import { type Proof, proofOf } from './proof.ts';
import { type Sort, statusOf, type TableFilter } from './tableFilter.ts';

/** What needs a person comes first. */
const STATUSES: readonly (TableStatus | undefined)[] = [
  TableStatus.Failed,
  TableStatus.InProgress,
  TableStatus.Pending,
  TableStatus.Skipped,
  undefined,
  TableStatus.Completed,
];

const PROOFS: readonly (Proof | undefined)[] = [
  VerifyResult.Differs,
  VerifyResult.Failed,
  VerifyResult.Behind,
  VerifyResult.NotCompared,
  'copied_since',
  undefined,
  VerifyResult.Repaired,
  VerifyResult.Equal,
];

const WAYS: readonly (Strategy | undefined)[] = [
  Strategy.Full,
  Strategy.Replace,
  Strategy.Compare,
  Strategy.Cursor,
  Strategy.Changes,
  undefined,
];

type Compare = (a: TableState, b: TableState) => number;

const byName: Compare = (a, b) => compareNames(a.table, b.table) || compareNames(a.connection, b.connection);

const BY: Readonly<Record<Sort, Compare>> = {
  table: byName,
  way: (a, b) => WAYS.indexOf(a.last?.strategy ?? undefined) - WAYS.indexOf(b.last?.strategy ?? undefined),
  // What has never arrived is the oldest of all.
  success: (a, b) => compareText(a.success?.endedAt ?? '', b.success?.endedAt ?? ''),
  status: (a, b) => STATUSES.indexOf(statusOf(a)) - STATUSES.indexOf(statusOf(b)),
  proof: (a, b) => proofRank(a) - proofRank(b),
};

/** The tables in the order that is asked for; those alike by name, whichever way round. */
export function ordered(
  states: readonly TableState[],
  { sort, down }: Pick<TableFilter, 'sort' | 'down'>,
): readonly TableState[] {
  const by = BY[sort];
  const sign = down ? -1 : 1;
  return states.toSorted((a, b) => sign * by(a, b) || byName(a, b));
}

function proofRank({ verified }: TableState): number {
  return PROOFS.indexOf(verified === null ? undefined : proofOf(verified));
}
