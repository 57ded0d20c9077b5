import fc from 'fast-check';
import { KEY_FORM_NAMES, type KeyFormName } from './keyTypes.ts';

/** What may happen to one table, at the branch, on the way, and at head office. */

const key = fc.integer({ min: 0, max: 40 });
const seed = fc.integer({ min: 0, max: 9 });

const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), key, seed }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), key, seed }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rekey' as const), key, to: key }) },
  /** The same key, written otherwise. */
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rewrite' as const), key, back: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const) }) },
  /** More rows than the delete brake lets go. */
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bulk' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop_bulk' as const), half: fc.boolean() }) },
);

const step = fc.oneof(
  { weight: 7, arbitrary: fc.record({ do: fc.constant('change' as const), change, slow: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), commit: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      strategy: fc.constantFrom(null, null, 'full' as const, 'compare' as const),
    }),
  },
  /** The run is stopped or halted after some chunks. */
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      chunks: fc.integer({ min: 1, max: 6 }),
      halt: fc.boolean(),
    }),
  },
  /** The server ends our sessions after some chunks; the run goes on by itself. */
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      chunks: fc.integer({ min: 1, max: 4 }),
      side: fc.constantFrom('source' as const, 'central' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
  /** Somebody at head office changes or removes rows. */
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('edit_central' as const), seed, remove: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('verify' as const), repair: fc.boolean() }) },
);

export const story = fc.record({
  form: fc.constantFrom<KeyFormName>(...KEY_FORM_NAMES),
  layout: fc.constantFrom('stamp' as const, 'schema' as const),
  rows: fc.integer({ min: 0, max: 30 }),
  steps: fc.array(step, { minLength: 3, maxLength: 14 }),
  /** In few stories the branch's server is set back to a copy of itself: after which steps it is made, and put back. */
  restore: fc.option(fc.record({ copied: fc.nat({ max: 5 }), after: fc.integer({ min: 1, max: 5 }) }), {
    freq: 19,
  }),
});

export type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
export type Step = Story['steps'][number];
export type Change = Extract<Step, { do: 'change' }>['change'];
