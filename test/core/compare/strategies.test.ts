import { expect, test } from 'vitest';
import { compareTable } from '../../../src/core/compare/compareTable.ts';
import { findOrphanRows, removeOrphanRowsIn } from '../../../src/core/compare/orphanKeys.ts';
import { repairBuckets } from '../../../src/core/compare/repair.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { difference } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';
import { type FaultProxy, startProxy } from '../../support/proxy.ts';
import { openPass } from './pass.ts';

const ROWS = 200_000;

interface Loaded extends AsyncDisposable {
  readonly pair: DatabasePair;
  readonly home: Home;
  /** What goes to and comes from head office. */
  readonly wire: FaultProxy;
}

/** As many as give several ranges. */
const FEW_ROWS = 60_000;

/** A table that has been synced, with a meter on the link to head office. */
async function loaded(key: string, value: string, count = ROWS): Promise<Loaded> {
  const pair = await freshDatabases();
  const wire = await startProxy(pair.central);
  const home = makeHome(pair, { central: { host: wire.host, port: wire.port } });
  await atBranch(
    pair,
    `CREATE TABLE item (${key}, name text, price numeric(12,2))`,
    `INSERT INTO item SELECT ${value}, 'item ' || n, n FROM generate_series(1, ${count}) n`,
    'ANALYZE item',
  );
  await using engine = home.open();
  await sync(engine);
  return {
    pair,
    home,
    wire,
    [Symbol.asyncDispose]: async () => {
      home[Symbol.dispose]();
      await wire[Symbol.asyncDispose]();
      await pair.drop();
    },
  };
}

async function differing(pair: DatabasePair): Promise<unknown> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    const { onlySource, onlyCentral } = await difference(source, central, {
      table: 'item',
      connection: CONNECTION,
    });
    return { onlySource, onlyCentral };
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}

test.each([
  ['a number', 'id numeric(10) PRIMARY KEY', '1000000 + n', 34_400],
  ['a text', 'id text PRIMARY KEY', "'K' || n", 60_000],
])(
  'one deleted row of 200,000 is located and removed for a few kilobytes where the key is %s',
  async (...[, key, value, most]) => {
    await using table = await loaded(key, value);
    await atBranch(table.pair, "DELETE FROM item WHERE name = 'item 77777'");
    await using pass = await openPass(table.home.folder, 'item');
    const before = table.wire.bytes.client + table.wire.bytes.server;

    const strays = await findOrphanRows(pass.context, pass.snapshot);
    const after = await removeOrphanRowsIn(pass.context, pass.snapshot, strays, pass.at);

    expect(strays).toMatchObject({ sourceRows: ROWS - 1, centralRows: ROWS, buckets: [expect.any(Number)] });
    expect(after).toMatchObject({ deleted: 1, seq: pass.at.seq + 1, centralRows: ROWS - 1 });
    expect(table.wire.bytes.client + table.wire.bytes.server - before).toBeLessThan(most);
    expect(await differing(table.pair)).toEqual({ onlySource: 0, onlyCentral: 0 });
  },
);

test('changes in the tail of a table and a row removed in its midst move their ranges alone', async () => {
  await using table = await loaded('id bigint PRIMARY KEY', 'n');
  await atBranch(
    table.pair,
    'UPDATE item SET price = price + 1 WHERE id > 199900',
    "INSERT INTO item SELECT n, 'new', 1 FROM generate_series(200001, 200100) n",
    'DELETE FROM item WHERE id = 100000',
  );
  await using pass = await openPass(table.home.folder, 'item');

  const found = await compareTable(pass.context, { snapshot: pass.snapshot, probe: true });
  const repair = await repairBuckets(pass.context, pass.snapshot, found, pass.at);

  expect(found.hopeless).toBe(false);
  expect(repair).toMatchObject({ whole: true, counts: { processed: 200, deleted: 1 } });
  expect(repair.counts.skipped).toBeLessThan(1500);
  expect(repair.checkpoint.centralRows).toBe(ROWS + 99);
  expect(await differing(table.pair)).toEqual({ onlySource: 0, onlyCentral: 0 });
});

test('where rows all over the table have changed, four ranges are enough to see it', async () => {
  await using table = await loaded('id integer PRIMARY KEY', 'n * 3');
  await atBranch(table.pair, 'UPDATE item SET price = price + 1 WHERE id % 100 = 0');
  await using pass = await openPass(table.home.folder, 'item');

  const found = await compareTable(pass.context, { snapshot: pass.snapshot, probe: true });

  expect(found).toMatchObject({ hopeless: true, differing: [] });
  // Without the probe every range is found, and can be mended.
  const all = await compareTable(pass.context, { snapshot: pass.snapshot });
  expect(all.differing.length).toBe(all.buckets);
  await repairBuckets(pass.context, pass.snapshot, all, pass.at);
  expect(await differing(table.pair)).toEqual({ onlySource: 0, onlyCentral: 0 });
});

test('a key cut by hash is mended in the buckets that differ', async () => {
  await using table = await loaded('id text COLLATE "und-x-icu" PRIMARY KEY', "'K' || n", FEW_ROWS);
  await atCentral(
    table.pair,
    "UPDATE item SET name = 'wrong' WHERE id = 'K777'",
    "DELETE FROM item WHERE id = 'K888'",
    `INSERT INTO item VALUES ('${CONNECTION}', 'stray', 'x', 1)`,
  );
  await using pass = await openPass(table.home.folder, 'item');

  const found = await compareTable(pass.context, { snapshot: pass.snapshot, rows: true });
  const repair = await repairBuckets(pass.context, pass.snapshot, found, pass.at);

  expect(found.differing).toHaveLength(3);
  expect(repair.counts).toMatchObject({ processed: 2, deleted: 1 });
  expect(repair.counts.skipped).toBeLessThan(8000);
  expect(await differing(table.pair)).toEqual({ onlySource: 0, onlyCentral: 0 });
});

test('a repair is fenced like any chunk: a checkpoint that somebody has moved refuses it', async () => {
  await using table = await loaded('id integer PRIMARY KEY', 'n', FEW_ROWS);
  await atCentral(table.pair, "UPDATE item SET name = 'wrong' WHERE id = 777");
  await using pass = await openPass(table.home.folder, 'item');
  const found = await compareTable(pass.context, { snapshot: pass.snapshot });
  await atCentral(table.pair, 'UPDATE branchline.checkpoints SET epoch = epoch + 1');

  await expect(repairBuckets(pass.context, pass.snapshot, found, pass.at)).rejects.toMatchObject({
    detail: { code: 'lost_lease' },
  });
  expect(await fromCentral(table.pair, 'SELECT name FROM item WHERE id = 777')).toEqual([['wrong']]);
});
