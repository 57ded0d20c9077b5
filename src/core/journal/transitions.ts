import { BatchStatus, InterruptionReason, TableStatus } from '../../shared/status.ts';

/** A legal change of status, and its event in the event log. */
export interface Move<Status extends string> {
  readonly from: Status;
  readonly to: Status;
  readonly event: string;
}

export interface BatchMove extends Move<BatchStatus> {
  /** For a move to `interrupted`: the reasons that allow it. */
  readonly reasons?: readonly InterruptionReason[];
}

const { Superseded, ...stops } = InterruptionReason;

/**
 * Every legal move of a batch. `completed` is final. A new batch starts as `running`.
 * The diagram in the docs is printed from these two tables.
 */
export const BATCH_MOVES: readonly BatchMove[] = [
  { from: BatchStatus.Running, to: BatchStatus.Completed, event: 'batch_completed' },
  { from: BatchStatus.Running, to: BatchStatus.Failed, event: 'batch_failed' },
  {
    from: BatchStatus.Running,
    to: BatchStatus.Interrupted,
    event: 'batch_interrupted',
    reasons: Object.values(stops),
  },
  { from: BatchStatus.Interrupted, to: BatchStatus.Running, event: 'batch_resumed' },
  { from: BatchStatus.Failed, to: BatchStatus.Running, event: 'batch_resumed' },
  {
    from: BatchStatus.Interrupted,
    to: BatchStatus.Interrupted,
    event: 'batch_superseded',
    reasons: [Superseded],
  },
];

/**
 * Every legal move of a table run; only while its batch is running. `completed` and `skipped` are final.
 * `failed` to `failed` happens in a resumed batch whose connection is still down: its circuit opens before the table
 * starts.
 */
export const TABLE_MOVES: readonly Move<TableStatus>[] = [
  { from: TableStatus.Pending, to: TableStatus.InProgress, event: 'table_started' },
  { from: TableStatus.Pending, to: TableStatus.Failed, event: 'table_failed' },
  { from: TableStatus.Pending, to: TableStatus.Skipped, event: 'table_skipped' },
  { from: TableStatus.InProgress, to: TableStatus.InProgress, event: 'table_resumed' },
  { from: TableStatus.InProgress, to: TableStatus.Completed, event: 'table_completed' },
  { from: TableStatus.InProgress, to: TableStatus.Failed, event: 'table_failed' },
  { from: TableStatus.InProgress, to: TableStatus.Skipped, event: 'table_skipped' },
  { from: TableStatus.Failed, to: TableStatus.InProgress, event: 'table_restarted' },
  { from: TableStatus.Failed, to: TableStatus.Skipped, event: 'table_skipped' },
  { from: TableStatus.Failed, to: TableStatus.Failed, event: 'table_failed' },
];

/** A move that is not in the tables above: a mistake in the calling code, never of a person. */
export class IllegalMove extends Error {
  override readonly name = 'IllegalMove';
}

/** @throws IllegalMove */
export function legalBatchMove(
  from: BatchStatus,
  to: BatchStatus,
  reason: InterruptionReason | null,
): BatchMove {
  const move = BATCH_MOVES.find((one) => one.from === from && one.to === to && allows(one, reason));
  if (!move) throw new IllegalMove(`A batch cannot go from ${from} to ${to}${reason ? ` (${reason})` : ''}`);
  return move;
}

/** @throws IllegalMove */
export function legalTableMove(from: TableStatus, to: TableStatus): Move<TableStatus> {
  const move = TABLE_MOVES.find((one) => one.from === from && one.to === to);
  if (!move) throw new IllegalMove(`A table cannot go from ${from} to ${to}`);
  return move;
}

function allows(move: BatchMove, reason: InterruptionReason | null): boolean {
  return reason === null ? move.reasons === undefined : move.reasons?.includes(reason) === true;
}

/** The two tables above as a Mermaid state diagram. */
export function transitionDiagram(): string {
  return [
    'stateDiagram-v2',
    '  state "sync_batches" as batch {',
    ...stateLines('batch', BatchStatus.Running, BATCH_MOVES),
    '  }',
    '  state "sync_progress" as table_run {',
    ...stateLines('table', TableStatus.Pending, TABLE_MOVES),
    '  }',
    '',
  ].join('\n');
}

/** States have a prefix, because names in a Mermaid diagram are global: `failed` would be one box for both. */
function stateLines(prefix: string, first: string, moves: readonly Move<string>[]): string[] {
  const states = [...new Set([first, ...moves.flatMap((move) => [move.from, move.to])])];
  const finals = states.filter((state) => !moves.some((move) => move.from === state));
  return [
    ...states.map((state) => `    state "${state}" as ${prefix}_${state}`),
    `    [*] --> ${prefix}_${first}`,
    ...moves.map((move) => `    ${prefix}_${move.from} --> ${prefix}_${move.to}: ${move.event}`),
    ...finals.map((state) => `    ${prefix}_${state} --> [*]`),
  ];
}
