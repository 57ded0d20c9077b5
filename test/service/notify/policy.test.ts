import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventOf } from '../../../src/service/notify/outsideTexts.ts';
import {
  NOTHING_TOLD,
  type Note,
  notify,
  notifyStateSchema,
  type Occurrence,
  type Trouble,
} from '../../../src/service/notify/policy.ts';
import { UsageCode } from '../../../src/shared/errors.ts';

const START = Date.parse('2026-11-22T01:30:00Z');
const HOUR = 3_600_000;

/** Plays occurrences, each at its hour, and returns what was told. */
function play(story: readonly (readonly [hour: number, occurrence: Occurrence])[]): readonly Note[] {
  let state = NOTHING_TOLD;
  return story.flatMap(([hour, occurrence]) => {
    const result = notify(state, occurrence, new Date(START + hour * HOUR));
    state = result.state;
    return result.notes;
  });
}

const tables = (names: readonly string[], connection = 'pgsql_lmp') =>
  names.map((table) => ({ connection, table }));

function trouble(failed: readonly string[], more: Partial<Trouble> = {}): Trouble {
  return {
    batchId: 'b1',
    total: 120,
    failed: tables(failed),
    asking: [],
    retrying: [],
    resumesAlone: false,
    byPerson: false,
    since: new Date(START).toISOString(),
    ...more,
  };
}

const standing = (...troubles: readonly Trouble[]): Occurrence => ({
  kind: 'standing',
  troubles,
  differing: [],
  hooks: [],
});

describe('failed tables', () => {
  test('are notified once for the batch, by name', () => {
    expect(play([[0, standing(trouble(['c_invoice', 'c_order']))]])).toEqual([
      { kind: 'failed', batchId: 'b1', failed: tables(['c_invoice', 'c_order']), total: 120 },
    ]);
  });

  test('are not notified again by the day’s next batches, and later as still failing', () => {
    const again = (batchId: string): Occurrence => standing(trouble(['c_invoice'], { batchId }));
    const notes = play([
      [0, again('b1')],
      [1, again('b2')],
      [23, again('b3')],
      [25, again('b4')],
      [26, again('b5')],
      [50, again('b6')],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['failed', 'still_failing', 'still_failing']);
    expect(notes[1]).toMatchObject({ batchId: 'b4', since: new Date(START).toISOString() });
  });

  test('are notified again if a clock that was years ahead recorded the last time', () => {
    const again = (batchId: string): Occurrence => standing(trouble(['c_invoice'], { batchId }));
    const notes = play([
      [10 * 365 * 24, again('b1')],
      [0, again('b2')],
      [1, again('b3')],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['failed', 'still_failing']);
  });

  test('another failed table is notified at once', () => {
    const notes = play([
      [0, standing(trouble(['c_invoice']))],
      [1, standing(trouble(['c_invoice', 'c_order']))],
    ]);
    expect(notes).toHaveLength(2);
    expect(notes[1]).toMatchObject({ kind: 'failed', failed: tables(['c_invoice', 'c_order']) });
  });

  test('one of two that has recovered is notified only together with the other', () => {
    const notes = play([
      [0, standing(trouble(['c_invoice', 'c_order']))],
      [1, standing(trouble(['c_order']))],
      [2, standing()],
      [3, standing()],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['failed', 'recovered']);
  });

  test('that are retried automatically are notified only if that has not helped for an hour', () => {
    const alone = standing(trouble([], { retrying: tables(['c_invoice']), resumesAlone: true }));
    expect(
      play([
        [0, alone],
        [0.9, alone],
        [1.1, alone],
      ]).map((one) => one.kind),
    ).toEqual(['failed']);
    expect(
      play([
        [0, alone],
        [0.5, standing()],
      ]),
    ).toEqual([]);
  });
});

describe('a table with the same name at two branches (A19)', () => {
  const of = (connection: string, batchId: string): Trouble =>
    trouble([], { batchId, failed: tables(['c_invoice'], connection) });

  test('is notified for the second branch after the first', () => {
    const notes = play([
      [0, standing(of('a', 'b1'))],
      [1, standing(of('b', 'b2'), of('a', 'b1'))],
    ]);
    expect(notes).toMatchObject([
      { kind: 'failed', batchId: 'b1', total: 120 },
      { kind: 'failed', batchId: 'b2', total: null },
    ]);
    expect(notes[1]).toMatchObject({
      failed: [...tables(['c_invoice'], 'b'), ...tables(['c_invoice'], 'a')],
    });
  });

  test('is notified for the branch that fails after the other has recovered', () => {
    const notes = play([
      [0, standing(of('a', 'b1'))],
      [1, standing(of('b', 'b2'))],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['failed', 'failed']);
  });

  test('leads to the batch in which the new one failed', () => {
    const notes = play([
      [0, standing(of('a', 'b2'))],
      [1, standing(of('a', 'b2'), of('b', 'b1'))],
    ]);
    expect(notes[1]).toMatchObject({ kind: 'failed', batchId: 'b1' });
  });
});

describe('tables that wait for an answer', () => {
  const asking = (failed: readonly string[], asked: readonly string[], more: Partial<Trouble> = {}) =>
    standing(trouble([...failed, ...asked], { asking: tables(asked), ...more }));

  test('are a question of their own, and no failure', () => {
    const notes = play([[0, asking(['c_order'], ['c_invoice'])]]);
    const since = new Date(START).toISOString();
    expect(notes).toEqual([
      { kind: 'failed', batchId: 'b1', failed: tables(['c_order']), total: 120 },
      { kind: 'asking', batchId: 'b1', failed: tables(['c_invoice']), since },
    ]);
    expect(notes.map(eventOf)).toEqual(['failure', 'question']);
  });

  test('are asked about once, again after a day, and once more for another table', () => {
    const notes = play([
      [0, asking([], ['c_invoice'])],
      [5, asking([], ['c_invoice'], { batchId: 'b2' })],
      [25, asking([], ['c_invoice'], { batchId: 'b3' })],
      [26, asking([], ['c_invoice', 'c_order'], { batchId: 'b4' })],
      [27, standing()],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['asking', 'still_asking', 'asking', 'recovered']);
    expect(notes[1]).toMatchObject({ batchId: 'b3', since: new Date(START).toISOString() });
  });
});

test('what needs a person is notified at once although the rest of its batch is retried (A20)', () => {
  const mixed = trouble(['c_invoice'], { retrying: tables(['c_order'], 'b'), resumesAlone: false });
  const notes = play([
    [0, standing(mixed)],
    [1.1, standing(mixed)],
  ]);
  expect(notes[0]).toMatchObject({ kind: 'failed', failed: tables(['c_invoice']) });
  // An hour did not help the other.
  expect(notes[1]).toMatchObject({
    kind: 'failed',
    failed: [...tables(['c_invoice']), ...tables(['c_order'], 'b')],
  });
});

test('a batch that stopped is notified even if failures were notified before', () => {
  const failing = trouble(['c_invoice']);
  const stopped = trouble([], { batchId: 'b9' });
  const notes = play([
    [0, standing(failing)],
    [1, standing(stopped, failing)],
    [2, standing(stopped, failing)],
  ]);
  expect(notes).toMatchObject([{ kind: 'failed' }, { kind: 'interrupted', batchId: 'b9' }]);
});

describe('tables that differ at head office (A10)', () => {
  const differ = (collides: boolean, names: readonly string[]): Occurrence => ({
    kind: 'standing',
    troubles: [],
    hooks: [],
    differing: tables(names).map((one) => ({ ...one, collides, since: new Date(START).toISOString() })),
  });
  const found = (...names: readonly string[]): Occurrence => differ(false, names);

  test('are notified once per verify, again after a week, and their end once', () => {
    const notes = play([
      [0, found('c_invoice', 'c_order')],
      [1, found('c_invoice', 'c_order')],
      [25, found('c_invoice', 'c_order')],
      [26, found('c_invoice', 'c_order', 'm_product')],
      [30, found('c_order')],
      [26 + 7 * 24, found('c_order')],
      [26 + 7 * 24 + 1, found('c_order')],
      [26 + 8 * 24, found()],
      [26 + 8 * 24 + 1, found()],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['differs', 'differs', 'still_differs', 'equal_again']);
    expect(notes[0]).toMatchObject({ tables: tables(['c_invoice', 'c_order']) });
  });

  test('are notified differently if branches have the same keys, so that nobody repairs back and forth', () => {
    expect(play([[0, differ(true, ['c_order'])]])).toMatchObject([{ kind: 'differs', collides: true }]);
    expect(play([[0, found('c_order')]])).toMatchObject([{ kind: 'differs', collides: false }]);
  });

  test('are notified separately from failed tables', () => {
    const both = { ...found('c_order'), troubles: [trouble(['c_invoice'])] } as Occurrence;
    const notes = play([
      [0, both],
      [1, found('c_order')],
      [2, standing()],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['failed', 'differs', 'recovered', 'equal_again']);
  });

  test('notifications from before an update without them are still known', () => {
    const before = { told: null, refusal: null };
    expect(notifyStateSchema.parse(before)).toEqual(NOTHING_TOLD);
  });
});

test('a batch that stopped for another reason is notified once', () => {
  const stopped = standing(trouble([], { batchId: 'b9' }));
  expect(
    play([
      [0, stopped],
      [1, stopped],
    ]),
  ).toEqual([{ kind: 'interrupted', batchId: 'b9' }]);
});

test('a batch that a person stopped is not notified', () => {
  expect(
    play([
      [0, standing(trouble([], { byPerson: true }))],
      [1, standing()],
    ]),
  ).toEqual([]);
});

test('unusable settings are notified once, until they are usable again', () => {
  const refused: Occurrence = {
    kind: 'refused',
    refusal: { code: UsageCode.SettingsInvalid, params: { path: 'central.port' } },
  };
  expect(
    play([
      [0, refused],
      [1, refused],
      [2, standing()],
      [3, refused],
    ]),
  ).toEqual([refused, refused]);
});

test('whatever happens, failures and their ends alternate', () => {
  const names = fc.subarray(['a', 'b', 'c']);
  const moments = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), names), { maxLength: 40 });
  fc.assert(
    fc.property(moments, (steps) => {
      let hour = 0;
      const story = steps.map(([wait, failed], index) => {
        hour += wait;
        const troubles = failed.length === 0 ? [] : [trouble(failed, { batchId: `b${index}` })];
        return [hour, standing(...troubles)] as const;
      });
      let open = false;
      for (const { kind } of play(story)) {
        if (kind === 'recovered') expect(open).toBe(true);
        open = kind !== 'recovered';
      }
      expect(open).toBe((steps.at(-1)?.[1] ?? []).length > 0);
    }),
  );
});

describe('what runs after a batch', () => {
  const reason = {
    what: 'sql',
    outcome: 'failed',
    seconds: 1,
    exitCode: null,
    message: 'relation "x" does not exist',
    failure: null,
  } as const;
  const since = new Date(START).toISOString();
  const hooks = (...names: readonly (readonly [hook: string, fails: boolean])[]): Occurrence => ({
    kind: 'standing',
    troubles: [],
    differing: [],
    hooks: names.map(([hook, fails]) => ({
      hook,
      failing: fails ? { batchId: 'b1', batchSucceeded: true, since, reason } : null,
    })),
  });

  test('is notified once for each, again after a day, and once as it works again, without a server’s text', () => {
    const notes = play([
      [0, hooks(['a', true], ['b', false])],
      [1, hooks(['a', true], ['b', true])],
      [2, hooks(['a', true], ['b', false])],
      [25, hooks(['a', true], ['b', false])],
      [26, hooks(['a', false], ['b', false])],
      [27, hooks(['a', false], ['b', false])],
    ]);
    expect(notes.map((one) => `${one.kind} ${'hook' in one ? one.hook : ''}`)).toEqual([
      'hook_failed a',
      'hook_failed b',
      'hook_recovered b',
      'hook_still_failing a',
      'hook_recovered a',
    ]);
    expect(JSON.stringify(notes)).not.toContain('does not exist');
  });

  test('is not said to work again when it was taken out of the settings', () => {
    const notes = play([
      [0, hooks(['a', true])],
      [1, hooks()],
      [2, hooks(['a', true])],
    ]);
    expect(notes.map((one) => one.kind)).toEqual(['hook_failed', 'hook_failed']);
  });
});
