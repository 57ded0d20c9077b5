import { expect, test } from 'vitest';
import type { LogRow, TableRow } from '../../src/shared/contract.ts';
import { FailureCode } from '../../src/shared/errors.ts';
import { tablesNamed } from '../../src/shared/naming.ts';
import { failures as en } from '../../src/shared/texts/en/failures.ts';
import { groupByReason } from '../../src/shared/texts/failureGroups.ts';
import { failures as id } from '../../src/shared/texts/id/failures.ts';
import { sayLogRow } from '../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';

/** A group of tables stands where one table does: `2 tables`. */
test.each(Object.values(FailureCode))('the sentence of %s reads right for several tables', (code) => {
  expect(en[code].sentence).not.toMatch(
    /\btables? {{table}}|(?<!of |ing ){{table}}(?: at head office| at the branch {{connection}})? (?:has|is|was|does|needs|lacks|keeps)\b/i,
  );
  expect(id[code].sentence).not.toMatch(/\btabel {{table}}/i);
});

function failed(table: string): TableRow {
  const params = {
    connection: 'lmp',
    schema: 'public',
    table,
    name: table,
    deletes: 1200,
    rows: 2000,
    gone: 0,
  };
  const detail = { code: FailureCode.TooManyDeletes, kind: 'permanent', message: 'x', params };
  return {
    table_name: table,
    connection: 'lmp',
    status: 'failed',
    error_code: FailureCode.TooManyDeletes,
    error_message: 'x',
    error_detail: detail,
  } as unknown as TableRow;
}

test.each(['en', 'id'] as const)(
  'the delete brake on several tables names all of them in its command (%s)',
  (language) => {
    const t = createTranslator(language);
    const names = [
      'c_invoice',
      'c_order',
      'Mixed, name',
      ...Array.from({ length: 9 }, (_, index) => `t_${index}`),
    ];
    const [group] = groupByReason(names.map(failed), t, t.failure);
    expect(group?.rows).toHaveLength(12);
    expect(group?.next).toContain('--tables "c_invoice,c_order,Mixed\\, name,t_0,');
    expect(group?.next).toContain(',t_8" --allow-deletes');
    const [one] = groupByReason([failed('c_invoice')], t, t.failure);
    expect(one?.next).toContain('--tables c_invoice --allow-deletes');
  },
);

test('the exact name wins over another spelling and over the model name', () => {
  const named = (typed: string, all: readonly string[]) => tablesNamed(typed, all, (one) => one);
  expect(named('Upper', ['upper', 'Upper'])).toEqual(['Upper']);
  expect(named('upper', ['upper', 'Upper'])).toEqual(['upper']);
  expect(named('CInvoice', ['c_invoice', 'CInvoice'])).toEqual(['CInvoice']);
  expect(named('UPPER', ['upper', 'Upper'])).toEqual(['upper', 'Upper']);
  expect(named('CInvoice', ['c_invoice'])).toEqual(['c_invoice']);
});

test.each([
  ['en', 'lmp/c_invoice looked at once more: 5 rows written, 2 deleted'],
  ['id', 'lmp/c_invoice diperiksa sekali lagi: 5 baris ditulis, 2 dihapus'],
] as const)('what another table required is said in words (%s)', (language, said) => {
  const row = {
    event: 'table_again_committed',
    connection: 'lmp',
    table_name: 'c_invoice',
    detail: { processed: 5, deleted: 2 },
  } as unknown as LogRow;
  expect(sayLogRow(row, createTranslator(language))).toBe(said);
});
