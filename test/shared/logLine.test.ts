import { describe, expect, it } from 'vitest';
import { BATCH_MOVES, TABLE_MOVES } from '../../src/core/journal/transitions.ts';
import { sayLogRow } from '../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { logRow } from '../renderer/support/rows.ts';

const t = createTranslator('en');
const say = (...line: Parameters<typeof logRow>) => sayLogRow(logRow(...line), t);

describe('a line of the event log', () => {
  it('is a sentence', () => {
    expect(say('batch_started', { tables: 120 })).toBe(
      'Batch sync_20261123_083000_aB3dEf9h started: 120 tables',
    );
    expect(say('batch_interrupted', { reason: 'crash' })).toBe(
      'Stopped before its end: the program or the computer stopped suddenly',
    );
    expect(say('strategy_chosen', { strategy: 'full', reason: 'first_load' }, 'ad_org')).toBe(
      'pgsql_lmp/ad_org: way of copying: the whole table, because it has not been copied before',
    );
    expect(say('table_goes_on', { at_row: 412_000, key: ['9'] }, 'ad_org')).toBe(
      'pgsql_lmp/ad_org resumed at row 412,000; nothing lost',
    );
    expect(say('table_completed', { processed: 1200, skipped: 30, deleted: 4 }, 'ad_org')).toBe(
      'pgsql_lmp/ad_org completed: 1,200 rows written, 30 already the same, 4 deleted',
    );
  });

  it('says why a table failed, with the names that the failure lacks', () => {
    const failure = { code: 'source_permission', kind: 'permanent', message: 'no', params: {} };
    expect(say('table_failed', { failure }, 'ad_org')).toBe(
      'pgsql_lmp/ad_org failed: Branchline is not allowed to read ad_org in the branch database pgsql_lmp.',
    );
    expect(say('table_failed', { code: 'source_permission', message: 'no' }, 'ad_org')).toContain(
      'not allowed to read ad_org',
    );
  });

  it('shows a branch’s display name, if it has one', () => {
    const inWindow = (...line: Parameters<typeof logRow>) => sayLogRow(logRow(...line), t, () => 'Lampung');
    const failure = { code: 'source_permission', params: { connection: 'pgsql_lmp' } };
    expect(inWindow('table_started', {}, 'ad_org')).toBe('ad_org (Lampung) started');
    expect(inWindow('table_failed', { failure }, 'ad_org')).toBe(
      'ad_org (Lampung) failed: Branchline is not allowed to read ad_org in the branch database Lampung.',
    );
    const all = {
      ...logRow('table_failed', { failure: { code: 'source_unreachable' } }),
      connection: 'pgsql_lmp',
    };
    expect(sayLogRow(all, t, () => 'Lampung')).toBe(
      'all tables of Lampung failed: The branch database Lampung does not answer, so nothing could be read from it.',
    );
    expect(sayLogRow(all, t)).toContain('pgsql_lmp/* failed: ');
  });

  it.each([...new Set([...BATCH_MOVES, ...TABLE_MOVES].map((move) => move.event))])(
    'has words in both languages for %s, which the journal writes',
    (event) => {
      const line = logRow(event, { reason: 'crash' }, event.startsWith('table') ? 'ad_org' : null);
      for (const language of ['en', 'id'] as const)
        expect(sayLogRow(line, createTranslator(language))).not.toMatch(/_(started|batch)|batch_|table_|{{/);
    },
  );

  it('that is unknown is shown as in the journal', () => {
    expect(say('moon_rose', { phase: 'full', at: 3 }, 'ad_org')).toBe(
      'moon_rose pgsql_lmp/ad_org phase=full at=3',
    );
    expect(say('strategy_chosen', { strategy: 'magic' }, 'ad_org')).toContain('strategy=magic');
  });
});
