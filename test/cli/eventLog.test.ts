import { expect, it } from 'vitest';
import { renderEventLog } from '../../src/cli/render/eventLine.ts';
import { logRow } from '../renderer/support/rows.ts';
import { lookOf } from './rows.ts';

const ROWS = [
  logRow('batch_started', { tables: 2 }),
  logRow('strategy_chosen', { strategy: 'changes', reason: 'row_versions' }, 'ad_org'),
  logRow('table_failed', { failure: { code: 'source_permission', params: {} } }, 'ad_org'),
  logRow('batch_failed', { completed: 1, failed: 1, skipped: 0 }),
];

it('the event log of a batch is shown in sentences, each line with its time', () => {
  const [, ...lines] = renderEventLog(ROWS, lookOf());
  expect(lines.map((line) => line.replace(/^.*\d\d:\d\d:\d\d {2}/, ''))).toEqual([
    'Batch sync_20261123_083000_aB3dEf9h started: 2 tables',
    'pgsql_lmp/ad_org: way of copying: only changed rows, because the branch knows which rows changed',
    'pgsql_lmp/ad_org failed: Branchline is not allowed to read ad_org in the branch database pgsql_lmp.',
    'Batch failed. Tables: 1 completed, 1 failed, 0 skipped',
  ]);
});

it('a narrow terminal cuts no sentence', () => {
  const wide = renderEventLog(ROWS, lookOf({ language: 'id' }));
  expect(renderEventLog(ROWS, lookOf({ language: 'id', width: 40 }))).toEqual(wide);
});

it('a batch without a log says so', () => {
  expect(renderEventLog([], lookOf())).toEqual(['There is nothing in the log of this batch.']);
});
