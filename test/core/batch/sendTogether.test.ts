import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { atBranch, atCentral, sync } from '../../support/branch.ts';
import { differences } from '../../support/compare.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { type FaultProxy, startProxy } from '../../support/proxy.ts';
import { textOf, type WireMessage } from '../../support/proxyFraming.ts';
import type { Fault, Pattern } from '../../support/proxyTraps.ts';

const TABLES = 6;
const NAMES = Array.from({ length: TABLES }, (_, index) => `note_${index + 1}`);

const MADE = NAMES.flatMap((name) => [
  `CREATE TABLE ${name} (id int PRIMARY KEY, body text)`,
  `INSERT INTO ${name} SELECT n, 'row ' || n FROM generate_series(1, 50) n`,
]);

/** Where the tables of layout `schema` are. */
const MIRROR = { centralSchema: CONNECTION };

/** Of every table: changed, new, and written without a change. */
const CHANGED = NAMES.map(
  (name) => `UPDATE ${name} SET body = body || '!' WHERE id <= 3;
    INSERT INTO ${name} VALUES (100, 'new');
    UPDATE ${name} SET body = body WHERE id = 4`,
);

/** The rows of a first load, of which one table has none, and one is too large to be sent with others. */
const FIRST = [
  ...MADE,
  'CREATE TABLE empty (id int PRIMARY KEY, body text)',
  'CREATE TABLE keyless (body text)',
  "INSERT INTO keyless VALUES ('a'), ('a')",
  'CREATE TABLE large (id int PRIMARY KEY, body text)',
  "INSERT INTO large SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n",
];

/** Sends two batches, after which everything is known. */
async function loaded(pair: DatabasePair, engine: Engine): Promise<void> {
  await sync(engine);
  await settled(pair.source);
  expect((await sync(engine)).batch.status).toBe('completed');
}

/** Counts the pipelines in which tables are sent together: COPYs of several tables between two answers to a Sync. */
function pipelines() {
  const seen: number[] = [];
  let copies = 0;
  const passed = (message: WireMessage): void => {
    if (message.from === 'client' && message.type === 'P' && /^COPY .* FROM STDIN/.test(textOf(message)))
      copies++;
    if (message.from === 'server' && message.type === 'Z') {
      if (copies > 0) seen.push(copies);
      copies = 0;
    }
  };
  return { seen, observe: () => ({ passed, ended: (): void => {} }) };
}

describe.each(['schema', 'stamp'] as const)('the few changes of many tables, layout %s', (layout) => {
  test('go out in one pipeline, and each table counts what it has', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...MADE);
    const counted = pipelines();
    await using proxy = await startProxy(pair.central, counted.observe);
    using home = makeHome(pair, { central: { port: proxy.port, layout } });
    await using engine = home.open();
    await loaded(pair, engine);
    await atBranch(pair, ...CHANGED);
    counted.seen.length = 0;

    const { batch, table } = await sync(engine);

    expect(batch.status).toBe('completed');
    expect(counted.seen).toEqual([TABLES]);
    // One after the other: no table takes the whole pipeline's time.
    const took = NAMES.map((name) => table(name).duration_seconds ?? Number.NaN);
    expect(took.reduce((all, one) => all + one, 0)).toBeLessThanOrEqual(batch.duration_seconds ?? 0);
    expect(Math.max(...took)).toBeGreaterThan(0);
    for (const name of NAMES)
      expect(table(name)).toMatchObject({
        status: 'completed',
        strategy: 'changes',
        records_processed: 4,
        records_skipped: 1,
        records_deleted: 0,
      });
    const where = layout === 'schema' ? MIRROR : { connection: CONNECTION };
    expect(await differences(pair, where)).toEqual([]);
    await settled(pair.source);
    const again = await sync(engine);
    for (const name of NAMES) expect(again.table(name)).toMatchObject({ records_processed: 0, bytes: 0 });
  });
});

test('a table with deletes, one that head office has edited, and one that changed much have their own turns', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...MADE);
  using home = makeHome(pair, { central: { layout: 'schema' } });
  await using engine = home.open();
  await loaded(pair, engine);
  await atBranch(pair, ...CHANGED, 'DELETE FROM note_2 WHERE id = 50');
  await atBranch(pair, "INSERT INTO note_5 SELECT n, 'many' FROM generate_series(1000, 5000) n");
  await atCentral(pair, `DELETE FROM ${CONNECTION}.note_4 WHERE id = 20`);

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('note_2')).toMatchObject({ status: 'completed', records_deleted: 1 });
  expect(table('note_5')).toMatchObject({ status: 'completed', records_processed: 4005 });
  expect(await differences(pair, MIRROR)).toEqual([]);
});

test('a table with few but large rows has its own turn, and the others are sent all the same', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...MADE);
  const counted = pipelines();
  await using proxy = await startProxy(pair.central, counted.observe);
  using home = makeHome(pair, { central: { port: proxy.port } });
  await using engine = home.open();
  await loaded(pair, engine);
  await atBranch(pair, ...CHANGED);
  await atBranch(pair, "UPDATE note_2 SET body = repeat('x', 1000000) WHERE id BETWEEN 10 AND 15");
  counted.seen.length = 0;

  const { batch, table } = await sync(engine);

  expect(batch.status).toBe('completed');
  expect(table('note_2')).toMatchObject({ status: 'completed', records_processed: 10 });
  expect(counted.seen.toSorted()).toEqual([1, TABLES - 1]);
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('a table that may not be read holds up no other', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...MADE, `REVOKE SELECT ON note_3 FROM ${pair.source.user}`);
  const counted = pipelines();
  await using proxy = await startProxy(pair.central, counted.observe);
  using home = makeHome(pair, { central: { port: proxy.port } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('note_3')).toMatchObject({ status: 'failed', error_code: 'source_permission' });
  expect(counted.seen).toContain(TABLES - 1);
  for (const name of NAMES.filter((one) => one !== 'note_3'))
    expect(table(name)).toMatchObject({ status: 'completed', records_processed: 50 });
});

test('as many deletes as inserts are found by the counts before and after', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...MADE);
  using home = makeHome(pair);
  await using engine = home.open();
  await loaded(pair, engine);
  await atBranch(pair, 'DELETE FROM note_1 WHERE id = 7', "INSERT INTO note_1 VALUES (101, 'new')");

  const { table } = await sync(engine);

  expect(table('note_1')).toMatchObject({ status: 'completed', records_processed: 1, records_deleted: 1 });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('a table that head office acts on, or ties to others, has its own turn', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...MADE);
  const counted = pipelines();
  await using proxy = await startProxy(pair.central, counted.observe);
  using home = makeHome(pair, { central: { port: proxy.port, layout: 'schema' } });
  await using engine = home.open();
  await sync(engine);
  await atCentral(
    pair,
    `ALTER TABLE ${CONNECTION}.note_1 ADD FOREIGN KEY (id) REFERENCES ${CONNECTION}.note_2 ON DELETE CASCADE`,
    `CREATE FUNCTION ${CONNECTION}.shout() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.body := new.body; RETURN new; END'`,
    `CREATE TRIGGER shout BEFORE UPDATE ON ${CONNECTION}.note_3 FOR EACH ROW EXECUTE FUNCTION ${CONNECTION}.shout()`,
  );
  await loaded(pair, engine);
  await atBranch(pair, ...CHANGED);
  counted.seen.length = 0;

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  // note_4 to note_6; the others in their own turns.
  expect(counted.seen).toContain(3);
  expect(counted.seen).not.toContain(TABLES);
  expect(await differences(pair, MIRROR)).toEqual([]);
});

const COMMIT = (name: string): Pattern => ({
  from: 'client',
  type: 'P',
  text: new RegExp(`^WITH moved AS \\(UPDATE branchline\\.checkpoints SET [^;]*'${name}'`),
});
const ROW = (name: string): Pattern => ({
  from: 'client',
  type: 'd',
  during: new RegExp(`AND table_name[^;]*'${name}'[^;]*;[^;]*;?.*COPY|COPY`),
  after: Number(name.slice(-1)) * 4,
});
const CUTS: readonly (readonly [string, Pattern, Fault])[] = [
  ['at the first row', ROW('note_1'), 'cut'],
  ['at a later table’s row', ROW('note_4'), 'cut'],
  ...NAMES.flatMap((name): [string, Pattern, Fault][] => [
    [`before the commit of ${name}`, COMMIT(name), 'cut'],
    [`behind the commit of ${name}, whose answer is lost`, COMMIT(name), 'cut_after_answer'],
  ]),
  ['at the commit of note_3, unnoticed by the server', COMMIT('note_3'), 'strand'],
  [
    'by an error of the server’s in note_3',
    COMMIT('note_3'),
    { severity: 'ERROR', sqlstate: '53200', message: 'out of memory' },
  ],
];

describe('a pipeline that is cut', () => {
  test.each(CUTS)('%s: every row is there once, and each table is completed', async (_, pattern, fault) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...MADE);
    await using proxy: FaultProxy = await startProxy(pair.central);
    using home = makeHome(pair, { central: { port: proxy.port, connectTimeoutSeconds: 5 } });
    await using engine = home.open();
    await loaded(pair, engine);
    await atBranch(pair, ...CHANGED);
    const sprung = proxy.trap(pattern, fault);

    const { batch, table } = await sync(engine);

    await sprung;
    expect(batch.status).toBe('completed');
    for (const name of NAMES) expect(table(name)).toMatchObject({ status: 'completed' });
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
    await settled(pair.source);
    const again = await sync(engine);
    for (const name of NAMES) expect(again.table(name)).toMatchObject({ records_processed: 0 });
  });
});

describe.each(['schema', 'stamp'] as const)('the first load of many small tables, layout %s', (layout) => {
  test('goes out in one pipeline, and each table counts what it has', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...FIRST);
    const counted = pipelines();
    await using proxy = await startProxy(pair.central, counted.observe);
    using home = makeHome(pair, { central: { port: proxy.port, layout } });
    await using engine = home.open();

    const { batch, table } = await sync(engine);

    expect(batch).toMatchObject({ status: 'completed', completed_tables: TABLES + 3 });
    expect(counted.seen).toContain(TABLES + 1);
    for (const name of NAMES)
      expect(table(name)).toMatchObject({ status: 'completed', strategy: 'full', records_processed: 50 });
    expect(table('empty')).toMatchObject({ status: 'completed', records_processed: 0 });
    const where = layout === 'schema' ? MIRROR : { connection: CONNECTION };
    expect(await differences(pair, where)).toEqual([]);
    await settled(pair.source);
    const again = await sync(engine);
    for (const name of NAMES) expect(again.table(name)).toMatchObject({ strategy: 'changes', bytes: 0 });
  });
});

describe('a first load of many tables that is cut', () => {
  test.each(CUTS)('%s: every row is there once, and each table is completed', async (_, pattern, fault) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...MADE);
    await using proxy = await startProxy(pair.central);
    using home = makeHome(pair, { central: { port: proxy.port, connectTimeoutSeconds: 5 } });
    await using engine = home.open();
    const sprung = proxy.trap(pattern, fault);

    const { batch, table } = await sync(engine);

    await sprung;
    expect(batch.status).toBe('completed');
    for (const name of NAMES)
      expect(table(name)).toMatchObject({ status: 'completed', records_processed: 50 });
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  });

  test('by a person ends behind the table that is on its way, and is resumed', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...MADE);
    using home = makeHome(pair);
    await using engine = home.open();
    const stop = new AbortController();
    engine.on((event) => {
      if (event.type === 'table_ended') stop.abort('user');
    });

    const { batch_id } = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
    await engine.resume(batch_id, { trigger: 'cli' });

    expect(engine.batch(batch_id).batch.status).toBe('completed');
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  });
});

test('a journal that cannot be written in the middle of a pipeline fails the run, and no table is forgotten', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...MADE);
  using home = makeHome(pair);
  await using engine = home.open();
  const journal = new Database(join(home.folder, 'journal.db'));
  onTestFinished(() => void journal.close());
  let batchId = '';
  engine.on((event) => {
    if (event.type !== 'batch_started') return;
    batchId = event.batch.batch_id;
    journal.exec(`CREATE TRIGGER full_disk BEFORE UPDATE ON sync_progress WHEN new.table_name = 'note_3'
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
  });

  await expect(engine.syncAll({ trigger: 'cli' })).rejects.toThrow('disk is full');

  journal.exec('DROP TRIGGER full_disk');
  await engine.resume(batchId, { trigger: 'cli' });
  const { batch, tables } = engine.batch(batchId);
  expect(batch).toMatchObject({ status: 'completed', completed_tables: TABLES });
  expect(tables.map((row) => [row.status, row.records_processed])).toEqual(
    NAMES.map(() => ['completed', 50]),
  );
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});
