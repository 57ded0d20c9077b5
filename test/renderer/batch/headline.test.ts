import { expect, it } from 'vitest';
import { sayHeadline } from '../../../src/renderer/pages/batch/headline.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import type { BatchRow } from '../../../src/shared/contract.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { BATCH, failedRow, tableRow } from '../support/rows.ts';

const t = createTranslator('en');
const format = createFormat('en', 'UTC');
const say = (of: Partial<BatchRow>, ...rows: Parameters<typeof sayHeadline>[1]) =>
  sayHeadline({ ...BATCH, ...of }, rows, t, format, (id) => (id === 'pgsql_lmp' ? 'Lampung' : 'Bandung'));

const arrived = tableRow('a');
const same = tableRow('b', { records_processed: 0 });
const failed = failedRow('c', 'internal');
const left = tableRow('d', { status: 'pending', started_at: null, ended_at: null, duration_seconds: null });

it.each([
  [{ status: 'completed' }, [arrived, same], 'Both tables are at head office.'],
  [{ status: 'completed' }, [arrived, same, arrived], 'All 3 tables are at head office.'],
  [{ status: 'completed' }, [arrived], 'The table is at head office.'],
  [{ status: 'completed' }, [same, same], 'Nothing had changed in 2 tables.'],
  [{ status: 'failed' }, [arrived, failed, same], '1 of 3 tables failed; the others are at head office.'],
  [{ status: 'failed' }, [failed, failed], 'All 2 tables failed.'],
  [{ status: 'failed' }, [failed], 'The table failed.'],
  [{ status: 'interrupted' }, [arrived, left], 'Stopped before its end: 1 of 2 tables is at head office.'],
  [
    { status: 'interrupted' },
    [arrived, failed, left],
    'Stopped before its end: 1 of 3 tables is at head office; 1 failed.',
  ],
  [{ status: 'running' }, [arrived, left], '1 of 2 tables is done.'],
  [{ status: 'running' }, [arrived, same, failed, left], '2 of 4 tables are done; 1 failed.'],
] as const)('the sentence above a batch says what came of %o', (of, rows, sentence) => {
  expect(say(of, ...rows)).toBe(sentence);
});

it('a table that only lost rows has changed', () => {
  const gone = tableRow('b', { records_processed: 0, records_deleted: 4 });
  expect(say({ status: 'completed' }, gone)).toBe('The table is at head office.');
});

it('a table that was left out is not said to have arrived', () => {
  const skipped = tableRow('b', { status: 'skipped' });
  expect(say({ status: 'completed' }, arrived, skipped)).toBe(
    '1 of 2 tables is at head office; 1 was skipped.',
  );
});

it('a branch that could not be read is named, since its tables could not be counted', () => {
  const unread = failedRow('*', 'source_unreachable', {}, { all_tables: true });
  expect(say({}, unread)).toBe('No table of Lampung was copied.');
  expect(say({}, unread, arrived, same)).toBe(
    'No table of Lampung was copied. All other tables are at head office.',
  );
});
