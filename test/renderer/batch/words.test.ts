import { expect, it } from 'vitest';
import { askedFor } from '../../../src/renderer/pages/batch/askedFor.ts';
import { stagesOf } from '../../../src/renderer/pages/batch/past.ts';
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
