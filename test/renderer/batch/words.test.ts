import { expect, it } from 'vitest';
import { askedFor, stagesOf, workedSoFar } from '../../../src/renderer/pages/batch/past.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { BATCH, logRow } from '../support/rows.ts';

const t = createTranslator('en');
const label = () => 'Lampung';

it('what a batch was asked to do is said in words', () => {
  expect(askedFor(BATCH.options, label, t)).toBe('all tables of Lampung');
  expect(askedFor({ ...BATCH.options, connections: [] }, label, t)).toBe('all tables');
  const tables = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(askedFor({ connections: ['x'], tables, strategy: 'full', allowDeletes: true }, label, t)).toBe(
    'tables a, b, c, d, e, … of Lampung; way of copying: the whole table; deletions allowed',
  );
});

it('the past of a batch is what happened to it as a whole', () => {
  const stages = stagesOf([
    logRow('batch_started', { tables: 3 }),
    logRow('table_started', {}, 'ad_org'),
    logRow('batch_interrupted', { reason: 'crash' }),
    logRow('batch_resumed', { resume_count: 1 }),
    logRow('batch_interrupted', { reason: 'a reason of later' }),
    logRow('batch_failed', {}),
  ]);
  expect(stages.map((stage) => [stage.kind, 'reason' in stage ? stage.reason : undefined])).toEqual([
    ['started', undefined],
    ['interrupted', 'crash'],
    ['resumed', undefined],
    ['interrupted', null],
    ['failed', undefined],
  ]);
});

it('a running batch has worked since its last beginning, and for what it had worked before', () => {
  const now = new Date('2026-11-23T01:31:00.000Z');
  const started = logRow('batch_started', { worked_seconds: 0 });
  const resumed = { ...logRow('batch_resumed', { worked_seconds: 40 }), at: '2026-11-23T01:30:50.000Z' };
  expect(workedSoFar(BATCH, [started], now)).toBe(60);
  expect(workedSoFar(BATCH, [started, resumed, logRow('table_started', {}, 'ad_org')], now)).toBe(50);
  expect(workedSoFar(BATCH, [], now)).toBe(60);
  // A clock that was set back.
  expect(workedSoFar(BATCH, [started], new Date('2026-11-23T01:00:00.000Z'))).toBe(0);
});
