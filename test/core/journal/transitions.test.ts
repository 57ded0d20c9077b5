import { expect, test } from 'vitest';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import {
  BATCH_MOVES,
  IllegalMove,
  legalBatchMove,
  legalTableMove,
  TABLE_MOVES,
  transitionDiagram,
} from '../../../src/core/journal/transitions.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../../src/shared/status.ts';
import { counts, freshFolder, journalIn, planOf, refusal } from './support/world.ts';

const batchStatuses = Object.values(BatchStatus);
const tableStatuses = Object.values(TableStatus);
const reasons = [null, ...Object.values(InterruptionReason)];

test('every batch move outside the table is refused, with every reason', () => {
  const allowed: string[] = [];
  for (const from of batchStatuses)
    for (const to of batchStatuses)
      for (const reason of reasons) {
        try {
          legalBatchMove(from, to, reason);
          allowed.push(`${from} ${to} ${reason}`);
        } catch (error) {
          expect(error).toBeInstanceOf(IllegalMove);
        }
      }
  expect(allowed.sort()).toEqual(
    [
      'failed running null',
      'interrupted interrupted superseded',
      'interrupted running null',
      'running completed null',
      'running failed null',
      'running interrupted crash',
      'running interrupted lost_lease',
      'running interrupted shutdown',
      'running interrupted user',
    ].sort(),
  );
});

test('every table move outside the table is refused', () => {
  const allowed = tableStatuses.flatMap((from) =>
    tableStatuses.filter((to) => isLegal(() => legalTableMove(from, to))).map((to) => `${from} ${to}`),
  );
  expect(allowed.sort()).toEqual(
    [
      'failed failed',
      'failed in_progress',
      'failed skipped',
      'in_progress completed',
      'in_progress failed',
      'in_progress in_progress',
      'in_progress skipped',
      'pending failed',
      'pending in_progress',
      'pending skipped',
    ].sort(),
  );
});

const verbs: Readonly<
  Record<string, { to: TableStatus; call: (journal: WritableJournal, batchId: string) => void }>
> = {
  startTable: {
    to: 'in_progress',
    call: (journal, batchId) => journal.startTable(refOf(batchId), { strategy: 'full', estimatedRows: null }),
  },
  completeTable: {
    to: 'completed',
    call: (journal, batchId) => journal.completeTable(refOf(batchId), counts),
  },
  failTable: { to: 'failed', call: (journal, batchId) => journal.failTable(refOf(batchId), refusal) },
  skipTable: { to: 'skipped', call: (journal, batchId) => journal.skipTable(refOf(batchId), 'excluded') },
};

const ways: Readonly<Record<TableStatus, readonly string[]>> = {
  pending: [],
  in_progress: ['startTable'],
  completed: ['startTable', 'completeTable'],
  failed: ['startTable', 'failTable'],
  skipped: ['skipTable'],
};

for (const from of tableStatuses)
  for (const [verb, { to, call }] of Object.entries(verbs)) {
    const legal = TABLE_MOVES.some((move) => move.from === from && move.to === to);
    test(`${verb} on a table that is ${from} ${legal ? 'moves it' : 'is refused and changes nothing'}`, () => {
      const journal = journalIn(freshFolder());
      const { batch_id } = journal.beginBatch(planOf('c_invoice', 'c_order'));
      for (const step of ways[from]) verbs[step]?.call(journal, batch_id);
      const before = [journal.batch(batch_id), journal.tables(batch_id), journal.log()];

      if (legal) {
        call(journal, batch_id);
        expect(journal.tables(batch_id)[0]?.status).toBe(to);
        return;
      }
      expect(() => call(journal, batch_id)).toThrow(IllegalMove);
      expect([journal.batch(batch_id), journal.tables(batch_id), journal.log()]).toEqual(before);
    });
  }

test('a table of a batch that is not running is left alone', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf('c_invoice'));
  journal.startTable(refOf(batch_id), { strategy: 'full', estimatedRows: null });
  journal.interruptBatch(batch_id, 'user');
  const late = { ...counts, checkpoint: null, sourceSnapshotAt: null };
  expect(() => journal.progressTable(refOf(batch_id), late)).toThrow(IllegalMove);
  expect(() => journal.completeTable(refOf(batch_id))).toThrow(IllegalMove);
  expect(() => journal.retryTable(refOf(batch_id), refusal, 100)).toThrow(IllegalMove);
});

test('progress and retries are refused unless the table is in progress', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf('c_invoice'));
  const sums = { ...counts, checkpoint: null, sourceSnapshotAt: null };
  expect(() => journal.progressTable(refOf(batch_id), sums)).toThrow(IllegalMove);
  expect(() => journal.retryTable(refOf(batch_id), refusal, 100)).toThrow(IllegalMove);
});

test('a completed batch is final', () => {
  const journal = journalIn(freshFolder());
  const { batch_id } = journal.beginBatch(planOf());
  expect(journal.endBatch(batch_id).status).toBe('completed');
  expect(() => journal.resumeBatch(batch_id)).toThrow(IllegalMove);
  expect(() => journal.interruptBatch(batch_id, 'crash')).toThrow(IllegalMove);
  expect(() => journal.endBatch(batch_id)).toThrow(IllegalMove);
});

test('the diagram shows every move once', () => {
  const diagram = transitionDiagram();
  for (const move of BATCH_MOVES)
    expect(diagram).toContain(`batch_${move.from} --> batch_${move.to}: ${move.event}`);
  for (const move of TABLE_MOVES)
    expect(diagram).toContain(`table_${move.from} --> table_${move.to}: ${move.event}`);
  expect(diagram).toContain('batch_completed --> [*]');
});

function refOf(batchId: string) {
  return { batchId, connection: 'pgsql_lmp', table: 'c_invoice' };
}

function isLegal(move: () => unknown): boolean {
  try {
    move();
    return true;
  } catch {
    return false;
  }
}
