import { describe, expect, it } from 'vitest';
import { timelineOf } from '../../../src/renderer/pages/batch/timeline.ts';
import type { LogRow, TableRow } from '../../../src/shared/contract.ts';
import { BATCH, logRow, tableRow } from '../support/rows.ts';

const at = (clock: string): string => `2026-11-23T${clock}.000Z`;
const line = (event: string, clock: string): LogRow => ({ ...logRow(event), at: at(clock) });
const ran = (name: string, from: string, to: string | null, seconds: number | null): TableRow =>
  tableRow(name, { started_at: at(from), ended_at: to === null ? null : at(to), duration_seconds: seconds });

const batch = { ...BATCH, started_at: at('01:00:00'), ended_at: at('01:01:40'), duration_seconds: 100 };
const whole = [line('batch_started', '01:00:00'), line('batch_failed', '01:01:40')];
const now = new Date(at('02:00:00'));

describe('the timeline of a batch', () => {
  it('has each table where it ran, in the order in which they began', () => {
    const tables = [
      ran('b', '01:00:50', '01:01:40', 50),
      ran('a', '01:00:00', '01:00:50', 50),
      tableRow('never', { status: 'pending', started_at: null, ended_at: null, duration_seconds: null }),
    ];
    const { bars, seconds, more } = timelineOf(batch, tables, whole, now);
    expect(seconds).toBe(100);
    expect(bars.map((bar) => [bar.row.table_name, bar.from, bar.to])).toEqual([
      ['a', 0, 50],
      ['b', 50, 100],
    ]);
    expect(more).toEqual({ tables: 0, seconds: 0 });
  });

  it('leaves out the hours between an interruption and the resume', () => {
    const events = [
      line('batch_started', '01:00:00'),
      line('batch_interrupted', '01:00:30'),
      line('batch_resumed', '07:00:00'),
      line('batch_completed', '07:01:10'),
    ];
    const tables = [ran('a', '01:00:10', '07:00:20', 40), ran('b', '07:00:20', '07:01:10', 50)];
    const { bars, seconds, resumes } = timelineOf(
      { ...batch, ended_at: at('07:01:10') },
      tables,
      events,
      now,
    );
    expect(seconds).toBe(100);
    expect(resumes).toEqual([30]);
    expect(bars.map((bar) => [bar.from, bar.to])).toEqual([
      [10, 50],
      [50, 100],
    ]);
  });

  it('grows while the batch runs', () => {
    const running = { ...batch, status: 'running', ended_at: null, duration_seconds: null } as const;
    const tables = [ran('a', '01:00:30', null, null)];
    const { bars, seconds } = timelineOf(running, tables, whole.slice(0, 1), new Date(at('01:01:00')));
    expect(seconds).toBe(60);
    expect(bars[0]).toMatchObject({ from: 30, to: 60 });
  });

  it('shows what took the time, and adds up the rest', () => {
    const tables = Array.from({ length: 120 }, (_, index) =>
      ran(`t_${index}`, '01:00:00', index === 70 ? '01:01:00' : '01:00:01', index === 70 ? 60 : 1),
    );
    const { bars, more, longest } = timelineOf(batch, tables, whole, now);
    expect(bars.length).toBeLessThanOrEqual(30);
    expect(bars.some((bar) => bar.row.table_name === 't_70')).toBe(true);
    expect(more).toEqual({ tables: 120 - bars.length, seconds: 120 - bars.length });
    expect(longest?.row.table_name).toBe('t_70');
  });

  it('leaves out what took next to nothing, but for a few', () => {
    const tables = Array.from({ length: 20 }, (_, index) =>
      ran(`t_${index}`, '01:00:00', '01:00:00', index < 8 ? 40 : 0.4),
    );
    expect(timelineOf(batch, tables, whole, now).bars).toHaveLength(8);
    expect(timelineOf(batch, tables.slice(8), whole, now).bars).toHaveLength(5);
  });

  it('names no longest table where none ran', () => {
    expect(timelineOf(batch, [], whole, now)).toMatchObject({ bars: [], longest: null });
  });

  it('does without the log, which may be pruned', () => {
    const { seconds, bars } = timelineOf(batch, [ran('a', '01:00:00', '01:00:50', 50)], [], now);
    expect(seconds).toBe(100);
    expect(bars[0]).toMatchObject({ from: 0, to: 50 });
  });
});
