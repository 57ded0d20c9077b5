import { describe, expect, it } from 'vitest';
import { batchJson, csv, fileNameOf, logCsv, tablesCsv } from '../../../src/renderer/pages/batch/exported.ts';
import { BATCH, failedRow, logRow, tableRow } from '../support/rows.ts';

const MARK = '\ufeff';

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
