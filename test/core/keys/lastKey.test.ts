import { expect, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { BatchRow } from '../../../src/shared/contract.ts';
import { atBranch, atCentral, fromCentral } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { unequal } from './support/keyTables.ts';

const MIRROR = { central: { layout: 'schema' }, sync: { chunkRows: 1 } };

/** Six rows whose columns sort the other way round from each other. */
const LINES = linesWith('(7 - n)::text');

function linesWith(b: string): readonly string[] {
  return [
    'CREATE TABLE lines (a int NOT NULL, b text COLLATE "C" NOT NULL, v int)',
    `INSERT INTO lines SELECT n, ${b}, n FROM generate_series(1, 6) n`,
  ];
}

async function cutAfter(engine: Engine, chunks: number): Promise<BatchRow> {
  const control = new AbortController();
  let seen = 0;
  const off = engine.on((event) => {
    if (event.type === 'table_progress' && ++seen === chunks) control.abort('user');
  });
  const batch = await engine.syncAll({ trigger: 'cli' }, { stop: control.signal });
  off();
  expect(batch.status).toBe('interrupted');
  return batch;
}

/** Of each, a pass that went on behind its last key in the new order would leave rows out. */
const KEY_CHANGES: readonly { what: string; lines: readonly string[]; before: string; after: string }[] = [
  { what: 'another column', lines: LINES, before: 'ADD PRIMARY KEY (a)', after: 'ADD PRIMARY KEY (b)' },
  {
    what: 'the same columns in another order',
    lines: LINES,
    before: 'ADD PRIMARY KEY (a, b)',
    after: 'ADD PRIMARY KEY (b, a)',
  },
  {
    // Bytes: A C E b d f; letters: A b C d E f.
    what: 'another collation',
    lines: linesWith("(ARRAY['A', 'b', 'C', 'd', 'E', 'f'])[n]"),
    before: 'ADD PRIMARY KEY (b)',
    after: 'ALTER b TYPE text COLLATE "en-x-icu", ADD PRIMARY KEY (b)',
  },
  {
    // Text: 10 11 12 13 8 9.
    what: 'another type',
    lines: linesWith('(n + 7)::text'),
    before: 'ADD PRIMARY KEY (b)',
    after: 'ALTER b TYPE bigint USING b::bigint, ADD PRIMARY KEY (b)',
  },
];

test.each(KEY_CHANGES)(
  'a pass whose key has become $what before it goes on starts anew (A17)',
  async ({ lines, before, after }) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...lines, `ALTER TABLE lines ${before}`);
    using home = makeHome(pair, MIRROR);
    await using engine = home.open();
    const { batch_id } = await cutAfter(engine, 3);
    await atBranch(pair, `ALTER TABLE lines DROP CONSTRAINT lines_pkey, ${after}`);

    // Text at head office does not become a number there: the table is made anew.
    if (after.includes('bigint')) await atCentral(pair, `DROP TABLE ${CONNECTION}.lines`);
    await engine.resume(batch_id, { trigger: 'cli' });

    expect(engine.batch(batch_id).batch.status).toBe('completed');
    expect(await unequal(pair, ['lines'])).toEqual([]);
  },
);

test('the last key of an earlier version, which says no columns, starts the pass anew and loses nothing', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES, 'ALTER TABLE lines ADD PRIMARY KEY (a)');
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  const { batch_id } = await cutAfter(engine, 3);
  await asVersion1(pair);

  await engine.resume(batch_id, { trigger: 'cli' });

  expect(engine.batch(batch_id).batch.status).toBe('completed');
  expect(await unequal(pair, ['lines'])).toEqual([]);
});

test('a pass goes on behind its last key where the key is as it was', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...LINES, 'ALTER TABLE lines ADD PRIMARY KEY (a)');
  using home = makeHome(pair, MIRROR);
  await using engine = home.open();
  const { batch_id } = await cutAfter(engine, 3);
  const arrived = await fromCentral(pair, `SELECT max(a) FROM ${CONNECTION}.lines`);
  const stored = await fromCentral(
    pair,
    "SELECT last_key FROM branchline.checkpoints WHERE table_name = 'lines'",
  );

  await engine.resume(batch_id, { trigger: 'cli' });

  expect(stored).toEqual([[`{"columns":["\\"a\\" pg_catalog.\\"int4\\""],"values":["${arrived[0]?.[0]}"]}`]]);
  expect(engine.batch(batch_id).tables[0]).toMatchObject({ status: 'completed', records_processed: 6 });
});

/** Version 0.1.0 wrote the values alone. */
async function asVersion1(pair: DatabasePair): Promise<void> {
  await atCentral(pair, "UPDATE branchline.checkpoints SET last_key = last_key->'values'");
}
