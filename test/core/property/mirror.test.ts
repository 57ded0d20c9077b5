import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { difference } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startServer, type TestServer } from '../../support/servers.ts';

/**
 * Whatever happens at the branch, and wherever passes are cut off: after one quiet pass both sides are
 * equal. Among what happens are transactions that end only after a pass began, and changes behind the
 * checkpoint of a pass that was cut off.
 */

const RUNS = Number(process.env.BRANCHLINE_PROPERTY_RUNS ?? 200);

/** Keys in forms that are read and compared in different ways. */
const KEYS = {
  integer: { columns: 'k int', key: '(k)', value: (n: number) => `${n}` },
  numeric: { columns: 'k numeric', key: '(k)', value: (n: number) => `${n}.${n % 3}0` },
  text: {
    columns: 'k text COLLATE "en-x-icu"',
    key: '(k)',
    value: (n: number) => `'${n % 2 ? 'B' : 'a'}-${n}'`,
  },
  pair: { columns: 'k text, l bigint', key: '(k, l)', value: (n: number) => `'${'xyz'[n % 3]}', ${n}` },
} as const;
type KeyForm = keyof typeof KEYS;

const key = fc.integer({ min: 0, max: 40 });
const seed = fc.integer({ min: 0, max: 9 });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), key, seed }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), key, seed }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rekey' as const), key, to: key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const) }) },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('change' as const), change, slow: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const), commit: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      strategy: fc.constantFrom(null, null, 'full' as const, 'compare' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('cut' as const),
      chunks: fc.integer({ min: 1, max: 6 }),
      halt: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
);
const story = fc.record({
  form: fc.constantFrom<KeyForm>('integer', 'numeric', 'text', 'pair'),
  rows: fc.integer({ min: 0, max: 30 }),
  steps: fc.array(step, { minLength: 3, maxLength: 14 }),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
type Step = Story['steps'][number];

let server: TestServer;
let pair: DatabasePair;
let branch: pg.Client;
let slow: pg.Client;
let central: pg.Client;

beforeAll(async () => {
  server = await startServer();
  pair = await freshDatabases({ sourceServer: server });
  [branch, slow, central] = await Promise.all([
    pair.source.connectAdmin(),
    pair.source.connectAdmin(),
    pair.central.connectAdmin(),
  ]);
  for (const client of [branch, slow])
    await client.query("SET search_path = adempiere; SET lock_timeout = '50ms'");
});

afterAll(async () => {
  await Promise.all([branch, slow, central].map((client) => client.end()));
  await pair.drop();
  await server.remove();
});

/** One story, told on a table of its own. */
class Telling {
  readonly #engine: Engine;
  readonly #table: string;
  readonly #form: (typeof KEYS)[KeyForm];
  #open = false;
  #left: string | null = null;

  constructor(engine: Engine, table: string, form: KeyForm) {
    this.#engine = engine;
    this.#table = table;
    this.#form = KEYS[form];
  }

  async tell(told: Story): Promise<void> {
    const { columns, key: primary, value } = this.#form;
    await branch.query(`CREATE TABLE ${this.#table} (${columns}, a numeric, b text, PRIMARY KEY ${primary})`);
    for (let n = 0; n < told.rows; n++)
      await branch.query(`INSERT INTO ${this.#table} VALUES (${value(n)}, ${n}, 'first')`);
    for (const one of told.steps) await this.#step(one);
    await this.#end(true);
    const quiet = await this.#engine.syncAll({ trigger: 'cli', allowDeletes: true });
    expect(quiet.status).toBe('completed');
    const found = await difference(branch, central, { table: this.#table, connection: CONNECTION });
    expect(found).toMatchObject({ onlySource: 0, onlyCentral: 0 });
  }

  async forget(): Promise<void> {
    await this.#end(false);
    await branch.query(`DROP TABLE IF EXISTS ${this.#table}`);
    await central.query(`DROP TABLE IF EXISTS public.${this.#table}`);
  }

  async #step(one: Step): Promise<void> {
    switch (one.do) {
      case 'change':
        return this.#change(one.change, one.slow);
      case 'end':
        return this.#end(one.commit);
      case 'sync': {
        const batch = await this.#engine.syncAll({
          trigger: 'cli',
          ...(one.strategy === null ? {} : { strategy: one.strategy }),
        });
        expect(batch.status).toBe('completed');
        return;
      }
      case 'cut':
        return this.#cut(one.chunks, one.halt);
      case 'resume':
        if (this.#left !== null) await this.#engine.resume(this.#left, { trigger: 'cli' });
        this.#left = null;
        return;
    }
  }

  /** Some changes happen in a transaction that stays open over whatever follows. */
  async #change(one: Extract<Step, { do: 'change' }>['change'], wantsSlow: boolean): Promise<void> {
    // A TRUNCATE that stays open locks every reader out, us included: that is a story of time-outs.
    const inSlow = wantsSlow && one.do !== 'truncate';
    const client = inSlow ? slow : branch;
    if (inSlow && !this.#open) await slow.query('BEGIN');
    this.#open ||= inSlow;
    if (inSlow) await slow.query('SAVEPOINT one');
    try {
      await client.query(this.#sql(one));
    } catch {
      // A key that is taken, or a row that the other transaction holds: nothing happened.
      if (inSlow) await slow.query('ROLLBACK TO SAVEPOINT one');
    }
  }

  #sql(one: Extract<Step, { do: 'change' }>['change']): string {
    const { key: primary, value } = this.#form;
    const at = (n: number): string => `${primary} = (${value(n)})`;
    switch (one.do) {
      case 'insert':
        return `INSERT INTO ${this.#table} VALUES (${value(one.key)}, ${one.seed}, 'in')`;
      case 'update':
        return `UPDATE ${this.#table} SET a = ${one.seed}.${one.seed}0, b = NULLIF('up ${one.seed}', 'up 3') WHERE ${at(one.key)}`;
      case 'rekey':
        return `UPDATE ${this.#table} SET ${primary} = ROW(${value(one.to)}) WHERE ${at(one.key)}`;
      case 'delete':
        return `DELETE FROM ${this.#table} WHERE ${at(one.key)}`;
      case 'truncate':
        return `TRUNCATE ${this.#table}`;
    }
  }

  async #end(commit: boolean): Promise<void> {
    if (this.#open) await slow.query(commit ? 'COMMIT' : 'ROLLBACK');
    this.#open = false;
  }

  async #cut(chunks: number, halt: boolean): Promise<void> {
    const control = new AbortController();
    let seen = 0;
    const off = this.#engine.on((event) => {
      if (event.type === 'table_progress' && ++seen === chunks) control.abort('user');
    });
    const batch = await this.#engine.syncAll(
      { trigger: 'cli' },
      halt ? { halt: control.signal } : { stop: control.signal },
    );
    off();
    this.#left = batch.status === 'interrupted' ? batch.batch_id : this.#left;
  }
}

test(`both sides are equal after a quiet pass, whatever happened before (${RUNS} stories)`, async () => {
  using home = makeHome(pair, { sync: { chunkRows: 4, parallelTables: 1 } });
  await using engine = home.open();
  let number = 0;
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const telling = new Telling(engine, `story_${++number}`, told.form);
      try {
        await telling.tell(told);
      } finally {
        await telling.forget();
      }
    }),
    { numRuns: RUNS },
  );
}, 900_000);
