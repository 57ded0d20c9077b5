import { describe, expect, test } from 'vitest';
import { clockIsBehind, type Decision, decide } from '../../../src/core/schedule/decide.ts';
import type { ScheduleSettings } from '../../../src/shared/settings.ts';
import { historySince, type Noted, scheduleOf } from './support/schedules.ts';

/** 08:30 in Jakarta is 01:30 in UTC. */
const DAY = '2026-03-02';
const SINCE = '2026-01-01T00:00Z';

function at(now: string, history: Noted, over: Partial<ScheduleSettings> = {}, jitter = 0): string {
  return said(decide(scheduleOf(over), new Date(now), history, jitter));
}

function said(decision: Decision): string {
  switch (decision.kind) {
    case 'off':
      return 'off';
    case 'wait':
      return `wait until ${short(decision.until)}`;
    case 'skip':
      return `skip ${short(decision.dueAt)}`;
    case 'run':
      return `${decision.missed ? 'catch up' : 'run'} ${short(decision.dueAt)}`;
  }
}

function short(time: Date | null): string {
  return time?.toISOString().replace(':00.000Z', '').replace('T', ' ') ?? 'never';
}

/** A history whose runs were on time. */
function ranAt(...dueAt: readonly string[]): Noted {
  const history = historySince(SINCE);
  for (const due of dueAt) history.note(new Date(due), new Date(due));
  return history;
}

describe('on time', () => {
  test('runs at its time, once', () => {
    const history = ranAt('2026-03-01T01:30Z');
    expect(at(`${DAY}T01:29:59Z`, history)).toBe('wait until 2026-03-02 01:30');
    expect(at(`${DAY}T01:30:00Z`, history)).toBe('run 2026-03-02 01:30');
    history.note(new Date(`${DAY}T01:30Z`), new Date(`${DAY}T01:30:01Z`));
    expect(at(`${DAY}T01:30:01Z`, history)).toBe('wait until 2026-03-03 01:30');
  });

  test('is late by its jitter, and is noted by its planned time', () => {
    const history = ranAt('2026-03-01T01:30Z');
    expect(at(`${DAY}T01:30:00Z`, history, {}, 120)).toBe('wait until 2026-03-02 01:32');
    expect(at(`${DAY}T01:31:59Z`, history, {}, 120)).toBe('wait until 2026-03-02 01:32');
    expect(at(`${DAY}T01:32:00Z`, history, {}, 120)).toBe('run 2026-03-02 01:30');
    // Grace counts from the late time.
    expect(at(`${DAY}T01:36:59Z`, history, {}, 120)).toBe('run 2026-03-02 01:30');
    expect(at(`${DAY}T01:37:01Z`, history, {}, 120)).toBe('catch up 2026-03-02 01:30');
  });

  test('does nothing when switched off', () => {
    expect(at(`${DAY}T01:30:00Z`, ranAt(), { enabled: false })).toBe('off');
  });

  test('a 02:30 that comes twice runs once, also when asked in the second pass', () => {
    const berlin = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };
    const history = ranAt('2026-10-24T00:30Z');
    expect(at('2026-10-25T00:30Z', history, berlin)).toBe('run 2026-10-25 00:30');
    history.note(new Date('2026-10-25T00:30Z'), new Date('2026-10-25T00:30Z'));
    expect(at('2026-10-25T01:30Z', history, berlin)).toBe('wait until 2026-10-26 01:30');
  });
});

describe('missed', () => {
  test('a machine asleep over three runs catches up once', () => {
    const history = ranAt('2026-02-26T01:30Z');
    expect(at('2026-03-01T10:00Z', history)).toBe('catch up 2026-03-01 01:30');
    history.note(new Date('2026-03-01T01:30Z'), new Date('2026-03-01T10:00Z'));
    expect(at('2026-03-01T10:01Z', history)).toBe('wait until 2026-03-02 01:30');
  });

  test('policy skip marks it as skipped', () => {
    expect(at('2026-03-01T10:00Z', ranAt('2026-02-26T01:30Z'), { missed: 'skip' })).toBe(
      'skip 2026-03-01 01:30',
    );
    // Within grace it is only late.
    expect(at('2026-03-01T01:34Z', ranAt('2026-02-26T01:30Z'), { missed: 'skip' })).toBe(
      'run 2026-03-01 01:30',
    );
  });

  test('is left to the next run where that is near: 15 minutes, or a quarter of the interval', () => {
    const history = ranAt('2026-02-26T01:30Z');
    expect(at('2026-03-02T01:14Z', history)).toBe('catch up 2026-03-01 01:30');
    expect(at('2026-03-02T01:15Z', history)).toBe('wait until 2026-03-02 01:30');
    const often = { cron: '*/20 * * * *' };
    expect(at('2026-03-02T01:14Z', history, often)).toBe('catch up 2026-03-02 01:00');
    expect(at('2026-03-02T01:15Z', history, often)).toBe('wait until 2026-03-02 01:20');
  });

  test('a new schedule has not missed what was planned before it was there', () => {
    const history = historySince(`${DAY}T03:00Z`);
    expect(at(`${DAY}T03:00Z`, history)).toBe('wait until 2026-03-03 01:30');
    expect(at('2026-03-03T09:00Z', history)).toBe('catch up 2026-03-03 01:30');
  });
});

describe('clocks that are set', () => {
  test('back by two hours: nothing runs a second time, however short the interval', () => {
    const history = ranAt('2026-03-01T01:30Z', `${DAY}T01:30Z`);
    expect(at(`${DAY}T00:00Z`, history)).toBe('wait until 2026-03-02 01:30');
    expect(at(`${DAY}T01:30Z`, history)).toBe('wait until 2026-03-03 01:30');
    const often = ranAt(`${DAY}T01:00Z`, `${DAY}T02:00Z`, `${DAY}T03:00Z`);
    for (const now of ['01:00', '02:00', '02:30', '03:00'])
      expect(at(`${DAY}T${now}Z`, often, { cron: '0 * * * *' })).toMatch(/^wait/);
    expect(at(`${DAY}T04:00Z`, often, { cron: '0 * * * *' })).toBe('run 2026-03-02 04:00');
  });

  test('back by two hours after a catch-up: what it caught up is not run again', () => {
    const history = ranAt('2026-03-01T20:00Z');
    history.note(new Date(`${DAY}T08:00Z`), new Date(`${DAY}T08:10Z`));
    expect(at(`${DAY}T06:10Z`, history, { cron: '0 * * * *' })).toMatch(/^wait/);
  });

  test('far forward and back: goes on at its next time, and repeats nothing', () => {
    const history = ranAt(`${DAY}T01:30Z`);
    expect(at('2027-06-01T00:00Z', history)).toBe('catch up 2027-05-31 01:30');
    history.note(new Date('2027-05-31T01:30Z'), new Date('2027-06-01T00:00Z'));
    expect(clockIsBehind(new Date(`${DAY}T02:00Z`), history)).toBe(true);
    expect(at(`${DAY}T02:00Z`, history)).toBe('wait until 2026-03-03 01:30');
    expect(at('2026-03-03T01:30Z', history)).toBe('run 2026-03-03 01:30');
    history.note(new Date('2026-03-03T01:30Z'), new Date('2026-03-03T01:30Z'));
    expect(clockIsBehind(new Date('2026-03-03T02:00Z'), history)).toBe(false);
    expect(at('2026-03-04T09:00Z', history)).toBe('catch up 2026-03-04 01:30');
  });

  test('far back (an empty battery) until the network tells the time: today is not run twice', () => {
    const history = ranAt(`${DAY}T01:30Z`);
    expect(clockIsBehind(new Date('2020-01-01T00:00Z'), history)).toBe(true);
    const wrong = decide(scheduleOf(), new Date('2020-01-01T00:00Z'), history, 0);
    if (wrong.kind === 'run') history.note(wrong.dueAt, new Date('2020-01-01T00:00Z'));
    expect(at(`${DAY}T03:00Z`, history)).toBe('wait until 2026-03-03 01:30');
  });

  test('a schedule that was first seen while the clock was years ahead is not silent for years', () => {
    const history = historySince('2035-01-01T00:00Z');
    expect(at(`${DAY}T01:30Z`, history)).toBe('run 2026-03-02 01:30');
  });
});
