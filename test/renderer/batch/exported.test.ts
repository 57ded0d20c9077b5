import { describe, expect, it } from 'vitest';
import { batchJson, fileNameOf, logCsv, tablesCsv } from '../../../src/renderer/pages/batch/exported.ts';
import { csv } from '../../../src/renderer/parts/csv.ts';
import { BATCH, failedRow, logRow, tableRow } from '../support/rows.ts';

const MARK = '\ufeff';

/** Fields as a spreadsheet of any language takes them: quotes count at the start of a field only. */
function parsed(text: string, separator: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  let [field, at, quoted] = ['', 0, false];
  const end = (): void => {
    line.push(field);
    field = '';
  };
  for (; at < text.length; at += 1) {
    const one = text[at] ?? '';
    if (quoted && one === '"' && text[at + 1] === '"') {
      field += one;
      at += 1;
    } else if (quoted && one === '"') quoted = false;
    else if (quoted) field += one;
    else if (one === '"' && field === '') quoted = true;
    else if (one === separator) end();
    else if (one === '\n') {
      end();
      lines.push(line);
      line = [];
    } else if (one !== '\r') field += one;
  }
  return lines;
}

describe('comma-separated values', () => {
  it('are as RFC 4180 has them', () => {
    expect(
      csv([
        ['a', 1, null],
        ['say "so"', 'x, y', 'two\nlines'],
      ]),
    ).toBe(`${MARK}a,1,\r\n"say ""so""","x, y","two\nlines"\r\n`);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx'])('make no formula of %j', (text) => {
    const [field] = csv([[text]])
      .slice(MARK.length)
      .split('\r\n');
    expect(field?.replace(/^"/, '')).toMatch(/^['\\]/);
  });

  it.each([
    ['a;=cmd', "a;'=cmd"],
    ['a\t=cmd', "a\t'=cmd"],
    ['a\n=cmd', "a\n'=cmd"],
    ['a; "=cmd', `a; "'=cmd`],
    ['＝1+1', "'＝1+1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠SUM(A1)', "'＠SUM(A1)"],
    ['a=b, c-d; e', 'a=b, c-d; e'],
    ['{"a":[1,-2]}', '{"a":[1,-2]}'],
  ])('make a text of %j', (text, shown) => {
    const [[found] = []] = parsed(csv([[text]]).slice(MARK.length), ',');
    expect(found).toBe(shown);
  });

  it.each([',', ';', '\t'])('hold no formula for a spreadsheet that takes %j as separator', (separator) => {
    const starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠'].flatMap((sign) => [
      sign,
      `"${sign}`,
      ` ${sign}`,
    ]);
    const evil = starts.flatMap((start) =>
      ['', 'a;', 'a\t', 'a\n', 'a,b;', 'a";', 'a";"b";', 'a;;'].map(
        (before) => `${before}${start}cmd|'/C calc'!A1`,
      ),
    );
    const lines = parsed(csv(evil.map((text) => ['x', text, 'y'])).slice(MARK.length), separator);
    const fields = lines.flat().filter((field) => /^[\s"]*[=+\-@＝＋－＠]/.test(field));
    expect(fields).toEqual([]);
  });

  it('have a field with any separator in quotes', () => {
    for (const text of ['a,b', 'a;b', 'a\tb', 'a\nb', 'a"b'])
      expect(csv([[text]])).toBe(`${MARK}"${text.replaceAll('"', '""')}"\r\n`);
  });

  it('leave numbers as numbers', () => {
    expect(csv([[-5, 0.25]])).toBe(`${MARK}-5,0.25\r\n`);
  });
});

it('the tables have the journal’s columns, one line each', () => {
  const evil = failedRow('=cmd|calc', 'internal');
  const lines = tablesCsv([tableRow('ad_org'), evil])
    .slice(MARK.length)
    .split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^batch_id,connection,table_name,.*duration_seconds$/);
  expect(lines[1]).toContain(`${BATCH.batch_id},pgsql_lmp,ad_org,ad_org,changes,completed,10,5,0,1000`);
  expect(lines[2]).toContain(",'=cmd|calc,");
  expect(new Set(lines.slice(0, 3).map((line) => line.split(',').length)).size).toBe(1);
});

it('the log has each line in words and as it stands in the journal', () => {
  const text = logCsv([logRow('table_started', { at_row: 0 }, 'ad_org')], (row) => `in words: ${row.event}`);
  expect(text).toContain('table_started,pgsql_lmp,ad_org,in words: table_started,"{""at_row"":0}"\r\n');
});

it('JSON has the batch and its tables as the command line prints them', () => {
  const view = { batch: BATCH, tables: [tableRow('ad_org')], usual: {}, resumable: false, events: [] };
  expect(JSON.parse(batchJson(view))).toEqual({ batch: BATCH, tables: view.tables, events: [] });
});

it('files have names that every system takes', () => {
  expect(fileNameOf(BATCH.batch_id, 'tables', 'csv')).toBe(`branchline-${BATCH.batch_id}-tables.csv`);
  expect(fileNameOf('../a:b c/ö', 'batch', 'json')).toBe('branchline-_a_b_c_-batch.json');
});
