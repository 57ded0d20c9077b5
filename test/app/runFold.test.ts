import { expect, test } from 'vitest';
import { RunFold } from '../../src/app/live/runFold.ts';
import type { EngineEvent } from '../../src/shared/contract.ts';
import { BATCH, failedRow, tableRow, tablesOf } from '../renderer/support/rows.ts';

const ROWS = [
  failedRow('a', 'contention'),
  failedRow('b', 'source_permission'),
  failedRow('c', 'source_permission', {}, { connection: 'pgsql_plm' }),
  tableRow('d'),
];
const started = (table: string): EngineEvent => ({
  type: 'table_started',
  batchId: BATCH.batch_id,
  connection: 'pgsql_lmp',
  table,
  strategy: 'changes',
  estimatedRows: null,
});

test('a resume of one of three failed tables leaves the others failed, from its first moment (D8)', () => {
  const fold = RunFold.begin(BATCH.batch_id, ROWS, tablesOf('pgsql_lmp', 'a'));
  expect(fold.view(null)).toMatchObject({ totalTables: 4, doneTables: 1, failedTables: 2 });
  fold.take(started('a'), 0);
  expect(fold.view(null)).toMatchObject({ doneTables: 1, failedTables: 2 });
});

test('tables of one name are told apart by their connection (D8)', () => {
  const rows = [failedRow('a', 'contention'), failedRow('a', 'contention', {}, { connection: 'pgsql_plm' })];
  const fold = RunFold.begin(BATCH.batch_id, rows, tablesOf('pgsql_plm', 'a'));
  expect(fold.view(null).failedTables).toBe(1);
  expect([...fold.parts].map((part) => [part.connection, part.state])).toEqual([
    ['pgsql_lmp', 'failed'],
    ['pgsql_plm', 'waiting'],
  ]);
});

test('a resume of all that is left counts none of it as failed', () => {
  expect(RunFold.begin(BATCH.batch_id, ROWS, null).view(null)).toMatchObject({
    doneTables: 1,
    failedTables: 0,
  });
});
