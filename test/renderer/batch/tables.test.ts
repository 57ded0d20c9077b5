import { describe, expect, it } from 'vitest';
import { compareWithUsual, roundFactor } from '../../../src/renderer/pages/batch/past.ts';
import {
  countShown,
  FIRST_SORT,
  filtered,
  hasFailure,
  nextSort,
  runningOf,
  type Shown,
  sorted,
  withLive,
} from '../../../src/renderer/pages/batch/tableFilter.ts';
import type { RunView } from '../../../src/window-api/views.ts';
import { BATCH, failedRow, tableRow } from '../support/rows.ts';

const rows = [
  tableRow('ad_org', { records_processed: 5, model_name: 'AdOrg', duration_seconds: 2 }),
  tableRow('c_order', { status: 'pending', started_at: null, ended_at: null, duration_seconds: null }),
  tableRow('c_invoice', { status: 'in_progress', ended_at: null, records_processed: 70 }),
  failedRow('m_product', 'internal', {}, { model_name: 'MProduct' }),
  tableRow('c_invoice_10', { status: 'skipped', connection: 'pgsql_jkt' }),
  tableRow('c_invoice_9', { records_processed: 900 }),
];
const labelOf = (id: string) => (id === 'pgsql_jkt' ? 'Jakarta' : 'Lampung');
const names = (list: readonly { readonly table_name: string }[]) => list.map((row) => row.table_name);

describe('the order of tables', () => {
  it('begins with what failed, then what runs, then what is to come; equal ones stay as planned', () => {
    expect(names(sorted(rows, FIRST_SORT))).toEqual([
      'm_product',
      'c_invoice',
      'c_order',
      'ad_org',
      'c_invoice_9',
      'c_invoice_10',
    ]);
  });

  it('by name takes numbers as numbers', () => {
    const byName = names(sorted(rows, { by: 'table', descending: false }));
    expect(byName.indexOf('c_invoice_9')).toBeLessThan(byName.indexOf('c_invoice_10'));
  });

  it('by duration has last what has not run', () => {
    expect(names(sorted(rows, { by: 'duration', descending: true })).at(-1)).toBe('c_order');
  });

  it('begins with the largest number at the first click, and turns at the next', () => {
    expect(nextSort(FIRST_SORT, 'rows')).toEqual({ by: 'rows', descending: true });
    expect(nextSort({ by: 'rows', descending: true }, 'rows')).toEqual({ by: 'rows', descending: false });
    expect(nextSort(FIRST_SORT, 'table')).toEqual({ by: 'table', descending: false });
    expect(names(sorted(rows, { by: 'rows', descending: true }))[0]).toBe('c_invoice_9');
  });

  it('leaves the rows that it was given as they were', () => {
    const before = names(rows);
    sorted(rows, { by: 'table', descending: true });
    expect(names(rows)).toEqual(before);
  });
});

describe('which tables are shown', () => {
  it('is by status and by part of a name, in any case', () => {
    const found = (show: Shown, text: string) => names(filtered(rows, { show, text }, labelOf));
    expect(found('failed', '')).toEqual(['m_product']);
    expect(found('all', ' MPROD ')).toEqual(['m_product']);
    expect(found('done', 'invoice')).toEqual(['c_invoice_10', 'c_invoice_9']);
    expect(found('all', 'jkt')).toEqual(['c_invoice_10']);
    expect(found('all', 'jakarta')).toEqual(['c_invoice_10']);
  });

  it('has something that can be done where one failed', () => {
    expect(names(rows.filter(hasFailure))).toEqual(['m_product']);
  });

  it('every table is counted once', () => {
    expect(countShown(rows)).toEqual({ all: 6, failed: 1, running: 1, waiting: 1, done: 3 });
  });
});

describe('compared with usual', () => {
  const usual = { seconds: 10, rows: 1000 };

  it('is nothing where nothing is usual yet', () => {
    expect(compareWithUsual(100, 1000, undefined)).toBeNull();
  });

  it.each([
    [20, 1000, 'longer', null],
    [20, 3000, 'longer', 3],
    [14, 1000, 'as', null],
    [6, 1000, 'shorter', null],
    [7, 1000, 'as', null],
  ])('%d seconds for %d rows are %s', (seconds, count, kind, moreRows) => {
    expect(compareWithUsual(seconds, count, usual)).toMatchObject({ kind, moreRows });
  });

  it('takes no notice of what nobody notices', () => {
    expect(compareWithUsual(0.9, 1000, { seconds: 0.1, rows: 1000 })?.kind).toBe('as');
    expect(compareWithUsual(5, 1000, { seconds: 0, rows: 0 })?.kind).toBe('longer');
  });

  it.each([
    [1.6, 1.5],
    [1.8, 2],
    [9.4, 9.5],
    [12.4, 12],
  ])('%d times is said as %d', (factor, said) => {
    expect(roundFactor(factor)).toBe(said);
  });
});

describe('a row that is being copied', () => {
  const table = {
    connection: 'pgsql_lmp',
    table: 'c_invoice',
    processed: 500,
    skipped: 20,
    deleted: 0,
    bytes: 4096,
    estimatedRows: null,
    rowsPerSecond: 10,
    bytesPerSecond: 100,
    etaSeconds: 3,
    elapsedSeconds: null,
  };
  const run: RunView = {
    batchId: BATCH.batch_id,
    doneTables: 0,
    failedTables: 0,
    totalTables: 6,
    fraction: 0.1,
    checked: 520,
    written: 500,
    bytes: 4096,
    rowsPerSecond: 10,
    bytesPerSecond: 100,
    etaSeconds: 3,
    waitingSeconds: null,
    tables: [table],
  };

  it('has the counts of now', () => {
    const live = runningOf(run, BATCH.batch_id).get('pgsql_lmp/c_invoice');
    const begun = tableRow('c_invoice', { status: 'pending', ended_at: null });
    expect(withLive(begun, live)).toMatchObject({
      status: 'in_progress',
      records_processed: 500,
      records_skipped: 20,
      bytes: 4096,
      estimated_rows: 15,
    });
  });

  it('that has ended stays as it ended, though an older word still comes', () => {
    const ended = tableRow('c_invoice');
    expect(withLive(ended, table)).toBe(ended);
  });

  it('is not looked for in another batch', () => {
    expect(runningOf(run, 'sync_20251108_143052_aB3dEf9h').size).toBe(0);
    expect(runningOf(null, BATCH.batch_id).size).toBe(0);
  });
});
