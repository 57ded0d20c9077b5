import { describe, expect, test } from 'vitest';
import { decodeTable, readBranchTable } from '../../src/shared/branchTable.ts';

const cells = (text: string) => readBranchTable(text).rows.map((row) => row.cells);

describe('a table of branches', () => {
  test.each([
    ['commas', 'id,host,database\nlmp,10.0.0.5,erp\n'],
    ['semicolons, as Excel writes them in Indonesia', 'id;host;database\r\nlmp;10.0.0.5;erp\r\n'],
    ['cells copied from a spreadsheet', 'id\thost\tdatabase\nlmp\t10.0.0.5\terp'],
    ['heads in Bahasa Indonesia', 'Kode;Server;Basis Data\nlmp;10.0.0.5;erp'],
    ['a byte order mark', '\ufeffid,host,database\nlmp,10.0.0.5,erp'],
    ['the line by which Excel knows its own file', 'sep=;\r\nid;host;database\r\nlmp;10.0.0.5;erp'],
    ['quotes, spaces and empty lines', '\n"id" , "host",database\n\n lmp ,"10.0.0.5",\u00a0erp \n,,\n'],
    ['more commas than columns', 'id,host,database,,,\nlmp,10.0.0.5,erp,,,\n'],
    ['how people keep a spreadsheet from counting', 'id,host,database\n="lmp",\'10.0.0.5,erp'],
  ])('with %s', (_, text) => {
    expect(cells(text)).toEqual([{ id: 'lmp', host: '10.0.0.5', database: 'erp' }]);
  });

  test('keeps quotes, delimiters and line breaks inside a cell, and counts lines by them', () => {
    const { rows } = readBranchTable(
      'id,label,password\na,"Bandung, ""Barat""\nlantai 2"," x,y "\nb,B,=1"2\n',
    );
    expect(rows).toEqual([
      { line: 2, cells: { id: 'a', label: 'Bandung, "Barat"\nlantai 2', password: ' x,y ' }, formulas: [] },
      // A password may begin with anything.
      { line: 4, cells: { id: 'b', label: 'B', password: '=1"2' }, formulas: [] },
    ]);
  });

  test('names what a spreadsheet would run, and columns that are not known', () => {
    const table = readBranchTable('id,label,host,phone\na,"=HYPERLINK(""http://x"")",@SUM(1),0812\n');
    expect(table.rows[0]?.formulas).toEqual(['label', 'host']);
    expect(table.unused).toEqual(['phone']);
  });

  test('a port that a spreadsheet shows with decimals is a port', () => {
    expect(cells('id;host;port\na;h;5432,00')).toEqual([{ id: 'a', host: 'h', port: '5432' }]);
  });

  test.each(['', 'lmp,10.0.0.5,erp', 'Lampung', '\n\n'])('without heads is none: %j', (text) => {
    expect(readBranchTable(text)).toEqual({ columns: null, unused: [], rows: [] });
  });

  test('quotes that never end take no longer than the text', () => {
    expect(readBranchTable(`id,host\na,"${'"",'.repeat(500_000)}`).rows).toHaveLength(1);
  });
});

test.each([
  ['UTF-8', Buffer.from('\ufeffid;nama\na;Café', 'utf8')],
  ['UTF-16, as "Unicode text" of Excel', Buffer.from('\ufeffid;nama\na;Café', 'utf16le')],
  ["Windows' own encoding", Buffer.from('id;nama\na;Café', 'latin1')],
])('a file in %s is read', (_, bytes) => {
  expect(readBranchTable(decodeTable(bytes)).rows[0]?.cells.label).toBe('Café');
});
