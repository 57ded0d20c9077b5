import { describe, expect, it } from 'vitest';
import {
  dayAfterKey,
  dayName,
  daysSummary,
  layOutDays,
  recordedFrom,
} from '../../../src/renderer/pages/history/dayStrip.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import type { DayView } from '../../../src/window-api/views.ts';

const NONE = { batches: 0, failed: 0, worst: null };

function daysFrom(first: string, count: number): DayView[] {
  return Array.from({ length: count }, (_, index) => ({
    day: new Date(Date.parse(`${first}T00:00:00Z`) + index * 86_400_000).toISOString().slice(0, 10),
    ...NONE,
  }));
}

describe('ninety days', () => {
  // 2026-08-25 is a Tuesday, 2026-11-22 a Sunday.
  const { cells, weeks, months } = layOutDays(daysFrom('2026-08-25', 90));

  it('begin at their weekday and end at theirs', () => {
    expect(cells[0]).toMatchObject({ week: 0, weekday: 1 });
    expect(cells[6]).toMatchObject({ view: { day: '2026-08-31' }, week: 1, weekday: 0 });
    expect(cells.at(-1)).toMatchObject({ view: { day: '2026-11-22' }, week: 12, weekday: 6 });
    expect(weeks).toBe(13);
  });

  it('have each a place of its own', () => {
    expect(new Set(cells.map(({ week, weekday }) => `${week}/${weekday}`)).size).toBe(90);
  });

  it('name the months that there is room for, none over another', () => {
    expect(months.map(({ day }) => day)).toEqual(['2026-09-01', '2026-10-01', '2026-11-01']);
    expect(months.map(({ week }) => week)).toEqual([1, 5, 9]);
  });

  it('may be none at all', () => {
    expect(layOutDays([])).toEqual({ cells: [], weeks: 0, months: [] });
  });
});

describe('the days of which a record is kept', () => {
  const days = daysFrom('2026-08-25', 90);

  it('begin with the oldest batch', () => {
    expect(recordedFrom(days, '2026-11-10', 30)).toBe('2026-11-10');
    expect(recordedFrom(days, '2026-07-01', 365)).toBe('2026-07-01');
  });

  it('begin where older ones are removed, though the last success of a table is kept for longer', () => {
    expect(recordedFrom(days, '2026-09-01', 30)).toBe('2026-10-23');
  });

  it('may be all, where nothing is known', () => {
    expect(recordedFrom(days, null, null)).toBe('');
    expect(recordedFrom([], null, 30)).toBe('');
  });

  it('are those with a batch, too, however old', () => {
    const [first, second, ...rest] = days;
    const old: DayView = { day: second?.day ?? '', batches: 1, failed: 0, worst: 'completed' };
    const { cells } = layOutDays([...(first === undefined ? [] : [first]), old, ...rest], '2026-10-23');
    expect(cells.slice(0, 3).map(({ recorded }) => recorded)).toEqual([false, true, false]);
    expect(cells.filter(({ recorded }) => !recorded).length).toBe(58);
    expect(cells.at(-1)?.recorded).toBe(true);
  });
});

describe('a key on day 40 of 90', () => {
  it.each([
    ['ArrowDown', 41],
    ['ArrowUp', 39],
    ['ArrowRight', 47],
    ['ArrowLeft', 33],
    ['Home', 0],
    ['End', 89],
  ])('%s goes to %i', (key, to) => {
    expect(dayAfterKey(key, 40, 90)).toBe(to);
  });

  it('does not leave the days', () => {
    expect(dayAfterKey('ArrowRight', 85, 90)).toBe(85);
    expect(dayAfterKey('ArrowLeft', 3, 90)).toBe(3);
    expect(dayAfterKey('Tab', 3, 90)).toBeNull();
  });
});

describe('the name of a day', () => {
  const t = createTranslator('en');
  const format = createFormat('en', 'Asia/Jakarta');
  const day = '2026-11-22';

  it('tells the day, how many batches it had and what came of them', () => {
    const named = (view: DayView): string => dayName({ view, recorded: true }, t, format);
    expect(named({ day, ...NONE })).toBe('Sun, 22 Nov 2026: no batch');
    expect(named({ day, batches: 1, failed: 0, worst: 'completed' })).toBe(
      'Sun, 22 Nov 2026: 1 batch, all completed',
    );
    expect(named({ day, batches: 1200, failed: 2, worst: 'failed' })).toBe(
      'Sun, 22 Nov 2026: 1,200 batches, 2 failed',
    );
    expect(named({ day, batches: 2, failed: 0, worst: 'interrupted' })).toContain(
      '2 batches, stopped before the end',
    );
  });

  it('does not say that nothing ran where no record was kept', () => {
    expect(dayName({ view: { day, ...NONE }, recorded: false }, t, format)).toBe(
      'Sun, 22 Nov 2026: no record kept',
    );
  });

  it('is Indonesian where the window is', () => {
    const id = dayName(
      { view: { day, batches: 3, failed: 1, worst: 'failed' }, recorded: true },
      createTranslator('id'),
      createFormat('id', undefined),
    );
    expect(id).toBe('Min, 22 Nov 2026: 3 pengiriman, 1 gagal');
  });

  it('has a sum of all days beside it', () => {
    const days = [
      { day, batches: 1000, failed: 0, worst: 'completed' },
      { day, batches: 500, failed: 1, worst: 'failed' },
      { day, batches: 1, failed: 0, worst: 'interrupted' },
    ] as const;
    expect(daysSummary(days, t, format)).toEqual({
      batches: '1,501 batches in 3 days',
      failed: 'Something went wrong on 2 days.',
    });
    expect(daysSummary(days.slice(0, 1), t, format).failed).toBe('None of them failed.');
    expect(daysSummary(days.slice(2), t, format).batches).toMatch(/^1 batch in /);
  });
});
