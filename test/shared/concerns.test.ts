import { describe, expect, test } from 'vitest';
import { CONCERN_RANKS, type ConcernKind, concernsOf, worstConcern } from '../../src/shared/concerns.ts';
import { UsageCode } from '../../src/shared/errors.ts';
import type { ServiceStatus } from '../../src/shared/service.ts';
import { AT_REST, attentionOf, tablesOf } from '../renderer/support/rows.ts';

const UP_TO = '2026-11-23T01:41:00Z';
const TWO = { connections: 2 };

const FAILING_HOOK = {
  batchId: 'b1',
  batchSucceeded: true,
  since: UP_TO,
  reason: { what: 'sql', outcome: 'failed', seconds: 1, exitCode: null, message: null, failure: null },
} as const;

/** For each rank, a status of which it holds. */
const HOLDS: Readonly<Record<ConcernKind, Partial<ServiceStatus>>> = {
  cannot_work: { refusal: { code: UsageCode.SettingsInvalid, params: {} } },
  failed: { attention: [attentionOf({ failed: tablesOf('a', 'c_invoice') })] },
  differs: {
    differing: [{ connection: 'a', table: 'c_order', since: UP_TO, collides: false, failure: null }],
  },
  stopped: { attention: [attentionOf({ openTables: 3 })] },
  working: { activity: { kind: 'verifying' } },
  never_copied: { neverCopied: ['b'], ...TWO },
  compare_due: { compareDue: ['a'] },
  left_behind: { leftBehind: [{ connection: 'a', table: 't', since: UP_TO }] },
  former_connections: { formerConnections: [{ connection: 'old', schema: 'public', since: UP_TO }] },
  hook_failed: { hooks: [{ hook: 'REFRESH', failing: FAILING_HOOK }] },
  paused: { pause: { since: UP_TO, until: null } },
  waiting: { attention: [attentionOf({ retrying: tablesOf('a', 'm_product') })] },
  nothing_copied: { neverCopied: ['a'] },
  not_all: {},
};
const upToOf = (...kinds: readonly ConcernKind[]): string | null =>
  kinds.some((kind) => ['never_copied', 'nothing_copied', 'not_all'].includes(kind)) ? null : UP_TO;

function statusOf(...kinds: readonly ConcernKind[]): ServiceStatus {
  const parts = kinds.map((kind) => HOLDS[kind]);
  const attention = parts.flatMap((one) => one.attention ?? []);
  return { ...AT_REST.status, ...Object.assign({}, ...parts), attention };
}

describe('the order of ranks', () => {
  test.each(CONCERN_RANKS)('%s applies alone', (kind) => {
    expect(worstConcern(statusOf(kind), upToOf(kind))?.kind).toBe(kind);
  });

  const pairs = CONCERN_RANKS.flatMap(
    (worse, index) => CONCERN_RANKS.slice(index + 1).map((better) => [worse, better] as const),
    // Nothing copied at all, or one of several not: never both.
  ).filter(([worse, better]) => !(worse === 'never_copied' && better === 'nothing_copied'));
  test.each(pairs)('%s comes before %s, in whichever order they occurred', (worse, better) => {
    for (const kinds of [
      [worse, better],
      [better, worse],
    ] as const)
      expect(worstConcern(statusOf(...kinds), upToOf(...kinds))?.kind).toBe(worse);
  });

  test('what needs a person comes before everything that resolves itself', () => {
    const mends = CONCERN_RANKS.indexOf('waiting');
    for (const kind of ['cannot_work', 'failed', 'differs', 'stopped', 'never_copied'] as const)
      expect(CONCERN_RANKS.indexOf(kind)).toBeLessThan(mends);
  });
});

test('all is well only if everything was copied and nothing is known to differ', () => {
  expect(concernsOf(AT_REST.status, UP_TO)).toEqual([]);
});

test('failed tables are counted over all batches, for each branch separately (A19)', () => {
  const attention = [
    attentionOf({ failed: tablesOf('a', 'c_invoice', 'c_order') }),
    attentionOf({ failed: tablesOf('b', 'c_invoice') }),
  ];
  expect(worstConcern({ ...AT_REST.status, attention }, UP_TO)).toMatchObject({
    kind: 'failed',
    tables: [...tablesOf('a', 'c_invoice', 'c_order'), ...tablesOf('b', 'c_invoice')],
  });
});

test('a branch that is about to be copied automatically does not need a person (A18)', () => {
  const status = { ...AT_REST.status, neverCopied: ['b'], connections: 2 };
  const about = [attentionOf({ retrying: tablesOf('b', 'c_invoice') })];
  expect(worstConcern({ ...status, attention: about }, null)?.kind).toBe('waiting');
  const another = [attentionOf({ retrying: tablesOf('a', 'c_invoice') })];
  expect(worstConcern({ ...status, attention: another }, null)?.kind).toBe('never_copied');
});
