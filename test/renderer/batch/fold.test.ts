import { expect, it } from 'vitest';
import { foldUnchanged } from '../../../src/renderer/pages/batch/tableFilter.ts';
import { failedRow, tableRow } from '../support/rows.ts';

const same = (name: string) => tableRow(name, { records_processed: 0, records_skipped: 40 });
const changed = tableRow('c_invoice');

it('unchanged tables are one entry, after all others', () => {
  const rows = [same('a'), failedRow('f', 'internal'), same('b'), changed, same('c')];
  const { shown, unchanged } = foldUnchanged(rows);
  expect(shown.map((row) => row.table_name)).toEqual(['f', 'c_invoice']);
  expect(unchanged.map((row) => row.table_name)).toEqual(['a', 'b', 'c']);
});

it('two of them are not worth an entry', () => {
  const rows = [same('a'), changed, same('b')];
  expect(foldUnchanged(rows)).toEqual({ shown: rows, unchanged: [] });
});

it('what wrote or deleted rows, failed, waits or was retried is not unchanged', () => {
  const rows = [
    tableRow('written', { records_processed: 1 }),
    tableRow('deleted', { records_processed: 0, records_deleted: 1 }),
    tableRow('running', { status: 'in_progress', records_processed: 0, ended_at: null }),
    tableRow('waiting', { status: 'pending', records_processed: 0 }),
    tableRow('skipped', { status: 'skipped', records_processed: 0 }),
    failedRow('failed', 'internal', {}, { records_processed: 0 }),
  ];
  expect(foldUnchanged([...rows, same('a'), same('b'), same('c')]).shown).toEqual(rows);
});
