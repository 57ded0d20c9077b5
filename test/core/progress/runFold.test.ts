import { expect, test } from 'vitest';
import { RunFold } from '../../../src/core/progress/runFold.ts';
import type { EngineEvent } from '../../../src/shared/contract.ts';
import { BATCH, failedRow, tableRow, tablesOf } from '../../renderer/support/rows.ts';

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

test('a resume of one of three failed tables leaves the others failed, from the start (D8)', () => {
  const fold = RunFold.begin(BATCH.batch_id, ROWS, tablesOf('pgsql_lmp', 'a'));
  expect(fold.view(0)).toMatchObject({ totalTables: 4, doneTables: 1, failedTables: 2 });
  fold.take(started('a'), 0);
  expect(fold.view(0)).toMatchObject({ doneTables: 1, failedTables: 2 });
});

test('tables with the same name are distinguished by their connection (D8)', () => {
  const rows = [failedRow('a', 'contention'), failedRow('a', 'contention', {}, { connection: 'pgsql_plm' })];
  const fold = RunFold.begin(BATCH.batch_id, rows, tablesOf('pgsql_plm', 'a'));
  expect(fold.view(0).failedTables).toBe(1);
  expect([...fold.parts].map((part) => [part.connection, part.state])).toEqual([
    ['pgsql_lmp', 'failed'],
    ['pgsql_plm', 'waiting'],
  ]);
});

test('a resume of everything left counts none of it as failed', () => {
  expect(RunFold.begin(BATCH.batch_id, ROWS, null).view(0)).toMatchObject({
    doneTables: 1,
    failedTables: 0,
  });
});

test('a table that is in no batch is added as it starts', () => {
  const fold = RunFold.begin('', [], null);
  expect(fold.take(started('a'), 0)).not.toBeNull();
  expect(fold.view(0)).toMatchObject({ totalTables: 1, doneTables: 0, tables: [{ table: 'a' }] });
});

test('a run waits for head office only while none of its tables goes on', () => {
  const fold = RunFold.begin(BATCH.batch_id, [tableRow('a'), tableRow('b')], tablesOf('pgsql_lmp', 'a', 'b'));
  const wait = (table: string | null, over: boolean, seconds: number): EngineEvent => ({
    type: 'waiting_for_central',
    batchId: BATCH.batch_id,
    connection: 'pgsql_lmp',
    table,
    seconds,
    over,
    failure: { code: 'too_many_connections', kind: 'transient', message: '', params: {} },
  });
  expect(fold.view(0).waitingSeconds).toBeNull();
  fold.take(wait(null, false, 0), 1000);
  expect(fold.view(61_000).waitingSeconds).toBe(60);
  fold.take(wait(null, true, 60), 61_000);
  expect(fold.view(61_000).waitingSeconds).toBeNull();
  fold.take(started('a'), 62_000);
  fold.take(started('b'), 62_000);
  fold.take(wait('a', false, 0), 63_000);
  expect(fold.view(64_000).waitingSeconds).toBeNull();
  fold.take(wait('b', false, 2), 65_000);
  expect(fold.view(66_000).waitingSeconds).toBe(3);
});
