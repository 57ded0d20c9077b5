import { describe, expect, test } from 'vitest';
import { changedSince, type Horizon, type Mark, markAt, since } from '../../../src/core/source/mark.ts';

const NOW: Horizon = {
  xmin: '5000',
  durable: '4900',
  next: '5010',
  flushed: true,
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

describe('after a restart rows count from the last checkpoint before the mark', () => {
  test('where the server was started anew', () => {
    expect(since(MARK, { ...NOW, started: '1762599999' }, PRINT)).toBe(3900n);
  });

  test('where it recovered from the crash of one of its processes, under the same start time', () => {
    expect(since(MARK, { ...NOW, recovered: '1762599999' }, PRINT)).toBe(3900n);
  });

  test('where it was stopped in order, even if the snapshot saw what was not on the disk yet', () => {
    const mark = { ...MARK, flushed: false };
    expect(since(mark, { ...NOW, started: '1762599999' }, PRINT)).toBe(3900n);
  });

  test('where transaction ids are handed out again, so that the next one lies before the mark', () => {
    const now = { ...NOW, next: '3950', recovered: '1762599999', started: '1762599999' };
    expect(since(MARK, now, PRINT)).toBe(3900n);
    expect(since(MARK, { ...now, next: '3899' }, PRINT)).toBe('server_changed');
  });
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
    const now = { ...NOW, started: '1762599999' };
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
  expect(changedSince('t', 2n ** 33n + 7n)).toBe("age(t.xmin) BETWEEN 0 AND age('7'::xid)");
});
