import { describe, expect, test } from 'vitest';
import type { Mark, ServerRun } from '../../../src/core/source/port.ts';
import { changedSince, type Horizon, markAt, since } from '../../../src/core/source/postgres/mark.ts';

const NOW: Horizon = {
  xmin: '5000',
  durable: '4900',
  next: '5010',
  flushed: true,
  lsn: '900000',
  begun: null,
  runs: [],
  started: '1762581000.5',
  recovered: '1762580000.25',
  timeline: '1',
  identity: '7480000000000000000/16384',
};
const PRINT = 'a1b2';
const MARK: Mark = { ...markAt(NOW, PRINT, null), xmin: '4000', durable: '3900' };
/** Half of the 32-bit circle, less ten million. */
const FARTHEST = 2n ** 31n - 10n ** 7n;

test('a mark is the horizon and the fingerprint, without the point that distances are measured from', () => {
  expect(markAt(NOW, PRINT, null)).not.toHaveProperty('next');
  expect(markAt(NOW, PRINT, null)).toMatchObject({ xmin: '5000', durable: '4900', fingerprint: PRINT });
});

test('rows count as changed since the oldest transaction that was still open at the mark', () => {
  expect(since(MARK, NOW, PRINT)).toBe(4000n);
});

describe('what a mark does not survive', () => {
  const cases: readonly (readonly [string, Mark | null, Partial<Horizon>, string | null, string])[] = [
    ['there was no whole pass yet', null, {}, PRINT, 'no_mark'],
    ['rows have no versions', MARK, {}, null, 'no_row_versions'],
    ['rows have no versions, and never had', null, {}, null, 'no_row_versions'],
    ['rows have versions by now', { ...MARK, fingerprint: null }, {}, PRINT, 'shape_changed'],
    ['the shape is another', MARK, {}, 'c3d4', 'shape_changed'],
    ['the timeline is another', MARK, { timeline: '2' }, PRINT, 'server_changed'],
    ['the cluster is another', MARK, { identity: '7480000000000000001/16384' }, PRINT, 'server_changed'],
    ['the database is another', MARK, { identity: '7480000000000000000/16385' }, PRINT, 'server_changed'],
    ['the next transaction lies before the mark', MARK, { next: '3999' }, PRINT, 'server_changed'],
    [
      'a crash may have taken back what the pass saw',
      { ...MARK, flushed: false },
      { recovered: '1762590000' },
      PRINT,
      'server_changed',
    ],
  ];
  for (const [name, mark, now, print, problem] of cases) {
    test(name, () => expect(since(mark, { ...NOW, ...now }, print)).toBe(problem));
  }
});

const RUN = { identity: NOW.identity, timeline: NOW.timeline, recovered: NOW.recovered };
const FIRST: ServerRun = { ...RUN, started: NOW.started, begun: null, seen: '900000' };

/** A server that has been started anew, once for each place where a run of it began. */
function restarted(
  begun: readonly (string | null)[],
  change: Partial<Horizon> = {},
  first: readonly ServerRun[] = [FIRST],
): Horizon {
  const later = begun.map((at, index): ServerRun => {
    const started = String(1762600000 + index);
    return {
      ...RUN,
      ...(change.recovered && { recovered: change.recovered }),
      started,
      begun: at,
      seen: String(1000000 + index),
    };
  });
  const runs = [...first, ...later];
  const { started, begun: own } = runs.at(-1) ?? FIRST;
  return { ...NOW, lsn: '2000000', started, begun: own, runs, ...change };
}

describe('after a restart rows count from the last checkpoint before the mark', () => {
  test('where the server was started anew, and began behind the mark', () => {
    expect(since(MARK, restarted(['900000']), PRINT)).toBe(3900n);
  });

  test('where it recovered from the crash of one of its processes, under the same start time', () => {
    const now = { recovered: '1762599999 1762599999', started: NOW.started };
    const runs = [FIRST, { ...FIRST, recovered: now.recovered, begun: '900000' }];
    expect(since(MARK, { ...NOW, ...now, runs }, PRINT)).toBe(3900n);
  });

  test('where it was stopped in order, even if the snapshot saw what was not on the disk yet', () => {
    expect(since({ ...MARK, flushed: false }, restarted(['900000']), PRINT)).toBe(3900n);
  });

  test('where transaction ids are handed out again, so that the next one lies before the mark', () => {
    const now = restarted(['900000'], { next: '3950', recovered: '1762599999' });
    expect(since(MARK, now, PRINT)).toBe(3900n);
    expect(since(MARK, { ...now, next: '3899' }, PRINT)).toBe('server_changed');
  });

  test('where every run in between was seen to follow on the one before it', () => {
    expect(since(MARK, restarted(['900000', '1000000', '1000001']), PRINT)).toBe(3900n);
  });
});

test('statistics that a person has emptied, of the background writer alone, are no recovery', () => {
  const mark = { ...MARK, recovered: '1762580000.25 1762580000.25' };
  expect(since(mark, { ...NOW, recovered: '1762590000.5 1762580000.25' }, PRINT)).toBe(4000n);
});

describe('what proves no continuation', () => {
  const cases: readonly (readonly [string, Mark, Horizon, string])[] = [
    ['a run that began before the mark was restored', MARK, restarted(['899999']), 'server_changed'],
    [
      'so is one that began before the run before it was seen',
      MARK,
      restarted(['900000', '999999']),
      'server_changed',
    ],
    ['a run whose beginning nobody saw', MARK, restarted([null]), 'restart_unproved'],
    ['the same in between', MARK, restarted([null, '1000000']), 'restart_unproved'],
    ['a mark whose own run is not known', MARK, restarted(['900000'], {}, []), 'restart_unproved'],
    ['a mark of an older version', { ...MARK, lsn: null }, restarted(['900000']), 'restart_unproved'],
    ['WAL that went back under the same run', MARK, { ...NOW, lsn: '899999' }, 'server_changed'],
    [
      'a start before that of the mark',
      MARK,
      restarted(['900000'], { started: '1762580999' }),
      'server_changed',
    ],
  ];
  for (const [name, mark, now, problem] of cases)
    test(name, () => expect(since(mark, now, PRINT)).toBe(problem));
});

describe('the distance between a mark and now', () => {
  const from = 4000n;
  const cases: readonly (readonly [string, bigint, bigint | string])[] = [
    ['nothing', 0n, from],
    ['one', 1n, from],
    ['one less than the limit', FARTHEST - 1n, from],
    ['the limit', FARTHEST, 'too_old'],
    ['half of the circle', 2n ** 31n, 'too_old'],
    ['the whole circle, where 32-bit ids are equal', 2n ** 32n, 'too_old'],
    ['the whole circle and one', 2n ** 32n + 1n, 'too_old'],
    ['less than nothing', -1n, 'server_changed'],
  ];
  for (const [name, distance, expected] of cases) {
    test(name, () => expect(since(MARK, { ...NOW, next: String(from + distance) }, PRINT)).toBe(expected));
  }

  test('is measured from the checkpoint where that is what counts', () => {
    const now = restarted(['900000']);
    expect(since(MARK, { ...now, next: String(3900n + FARTHEST - 1n) }, PRINT)).toBe(3900n);
    expect(since(MARK, { ...now, next: String(3900n + FARTHEST) }, PRINT)).toBe('too_old');
  });

  test('holds beyond 2⁵³, where a JavaScript number would not', () => {
    const xmin = 2n ** 60n + 1n;
    const now = { ...NOW, next: String(xmin + 1n) };
    expect(since({ ...MARK, xmin: String(xmin) }, now, PRINT)).toBe(xmin);
    expect(since({ ...MARK, xmin: String(xmin + 2n) }, now, PRINT)).toBe('server_changed');
  });
});

test('rows carry 32 bits of a transaction id, so that is what they are compared with', () => {
  expect(changedSince('t.xmin', 2n ** 33n + 7n)).toContain("pg_catalog.age('7'::pg_catalog.xid)");
});
