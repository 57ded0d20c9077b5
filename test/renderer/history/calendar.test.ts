import { describe, expect, it } from 'vitest';
import {
  dayAfterKey,
  dayName,
  daysSummary,
  layOutDays,
  periodOf,
  recordedFrom,
  spansSince,
  spanWith,
} from '../../../src/renderer/pages/history/calendar.ts';
import { missingTables } from '../../../src/renderer/pages/history/report/missingTables.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import { tableKey } from '../../../src/shared/contract.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import type { DayView } from '../../../src/window-api/views.ts';
import { BATCH, tableRow } from '../support/rows.ts';

const NONE = { batches: 0, failed: 0, worst: null, rows: 0, bytes: 0, seconds: 0 };

function daysFrom(first: string, count: number): DayView[] {
  return Array.from({ length: count }, (_, index) => ({
    day: new Date(Date.parse(`${first}T00:00:00Z`) + index * 86_400_000).toISOString().slice(0, 10),
    ...NONE,
  }));
}

describe('the days shown', () => {
  // A Tuesday.
  const today = '2026-12-01';

  it('are five weeks up to today, or a month without the days to come', () => {
    expect(periodOf('latest', today)).toEqual({ first: '2026-11-02', last: today });
    expect(periodOf('latest', '2026-12-06').first).toBe('2026-11-02');
    expect(periodOf('2026-11', today)).toEqual({ first: '2026-11-01', last: '2026-11-30' });
    expect(periodOf('2026-12', today)).toEqual({ first: '2026-12-01', last: today });
    expect(periodOf('2024-02', today).last).toBe('2024-02-29');
  });

  it('can be each month since the oldest batch', () => {
    expect(spansSince('2026-10-31', today)).toEqual(['latest', '2026-12', '2026-11', '2026-10']);
    expect(spansSince('2025-12-01', today)).toHaveLength(14);
    expect(spansSince(null, today)).toEqual(['latest', '2026-12']);
  });

  it('are those with the day that somebody looks for', () => {
    expect(spanWith('2026-11-02', today)).toBe('latest');
    expect(spanWith('2026-11-01', today)).toBe('2026-11');
  });
});

describe('the calendar', () => {
  it('begins at the weekday of its first day', () => {
    const cells = layOutDays(daysFrom('2026-11-01', 30));
    expect(cells[0]).toMatchObject({ week: 0, weekday: 6 });
    expect(cells[1]).toMatchObject({ week: 1, weekday: 0 });
    expect(cells.at(-1)).toMatchObject({ week: 5, weekday: 0 });
    expect(layOutDays([])).toEqual([]);
  });

  it('has heights by the day with most rows', () => {
    const [first, second, ...rest] = daysFrom('2026-11-01', 4);
    const days = [{ ...first, rows: 500 }, { ...second, rows: 1000 }, ...rest] as DayView[];
    expect(layOutDays(days).map(({ part }) => part)).toEqual([0.5, 1, 0, 0]);
  });
});

describe('the days of which a record is kept', () => {
  const today = '2026-11-22';

  it('begin with the oldest batch', () => {
    expect(recordedFrom(today, '2026-11-10', 30)).toBe('2026-11-10');
    expect(recordedFrom(today, '2026-07-01', 365)).toBe('2026-07-01');
  });

  it('begin where older ones are removed, though the last success of a table is kept for longer', () => {
    expect(recordedFrom(today, '2026-09-01', 30)).toBe('2026-10-23');
  });

  it('may be all, where nothing is known', () => {
    expect(recordedFrom(today, null, null)).toBe('');
  });

  it('are those with a batch, too, however old', () => {
    const [first, second, ...rest] = daysFrom('2026-08-25', 90);
    const old = { ...second, batches: 1, worst: 'completed' } as DayView;
    const cells = layOutDays([first as DayView, old, ...rest], '2026-10-23');
    expect(cells.slice(0, 3).map(({ recorded }) => recorded)).toEqual([false, true, false]);
    expect(cells.at(-1)?.recorded).toBe(true);
  });
});

describe('a key on 12 November', () => {
  it.each([
    ['ArrowRight', '2026-11-13'],
    ['ArrowLeft', '2026-11-11'],
    ['ArrowDown', '2026-11-19'],
    ['ArrowUp', '2026-11-05'],
    ['Home', '2026-11-01'],
    ['End', '2026-11-30'],
    ['Tab', null],
  ])('%s goes to %s', (key, to) => {
    expect(dayAfterKey(key, '2026-11-12', { first: '2026-11-01', last: '2026-11-30' })).toBe(to);
  });
});

describe('the name of a day', () => {
  const t = createTranslator('en');
  const format = createFormat('en', 'Asia/Jakarta');
  const day = '2026-11-22';

  it('says how many batches it had, what came of them, and how much that was', () => {
    const named = (view: Partial<DayView>): string =>
      dayName({ view: { day, ...NONE, ...view }, recorded: true }, t, format).replaceAll('\u00a0', ' ');
    expect(named({})).toBe('Sun, 22 Nov 2026: no batch');
    expect(named({ batches: 1, worst: 'completed', rows: 5430, bytes: 1_200_000, seconds: 185 })).toBe(
      'Sun, 22 Nov 2026: 1 batch, all completed; 5,430 rows written, 1.2 MB, 3 min 05 s',
    );
    expect(named({ batches: 1200, failed: 2, worst: 'failed' })).toContain('1,200 batches, 2 failed;');
    expect(named({ batches: 2, worst: 'interrupted' })).toContain('2 batches, stopped before the end;');
  });

  it('does not say that nothing ran where no record was kept', () => {
    expect(dayName({ view: { day, ...NONE }, recorded: false }, t, format)).toBe(
      'Sun, 22 Nov 2026: no record kept',
    );
  });

  it('is Indonesian where the window is', () => {
    const view: DayView = { day, ...NONE, batches: 3, failed: 1, worst: 'failed', rows: 1200 };
    const id = dayName({ view, recorded: true }, createTranslator('id'), createFormat('id', undefined));
    expect(id).toMatch(/^Min, 22 Nov 2026: 3 pengiriman, 1 gagal; 1\.200 baris ditulis, /);
  });

  it('has a sum of all days above it', () => {
    const days: DayView[] = [
      { ...NONE, day, batches: 1000, worst: 'completed', rows: 10 },
      { ...NONE, day, batches: 500, failed: 1, worst: 'failed', rows: 5 },
      { ...NONE, day, batches: 1, worst: 'interrupted' },
    ];
    const { batches, failed } = daysSummary(days, t, format);
    expect(batches).toMatch(/^1,501 batches: 15 rows written, /);
    expect(failed).toBe('Something went wrong on 2 days.');
    expect(daysSummary(days.slice(0, 1), t, format).failed).toBe('None of them failed.');
  });
});

describe('the tables that have not arrived', () => {
  const at = (hour: number): string => `2026-11-22T0${hour}:00:00.000Z`;
  const first = {
    batch: { ...BATCH, started_at: at(1) },
    tables: [tableRow('c_invoice', { status: 'failed', ended_at: at(2) })],
  };
  const key = tableKey('pgsql_lmp', 'c_invoice');

  it('are those whose last run did not succeed', () => {
    expect(missingTables([first], new Map())).toEqual(first.tables);
    expect(missingTables([first], new Map([[key, at(0)]]))).toEqual(first.tables);
  });

  it('are not those that were copied later', () => {
    expect(missingTables([first], new Map([[key, at(3)]]))).toEqual([]);
    const second = { batch: { ...BATCH, started_at: at(4) }, tables: [tableRow('c_invoice')] };
    expect(missingTables([second, first], new Map())).toEqual([]);
  });
});
