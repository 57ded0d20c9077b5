import { describe, expect, test } from 'vitest';
import { stageTable } from '../../../src/core/target/apply.ts';
import type { EngineEvent } from '../../../src/shared/contract.ts';
import { atBranch, atCentral, fromCentral } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { asAdmin, terminateOurs, waitsForLock } from '../support/admin.ts';
import { changeEveryLine, differencesOfFew, FEW, LINES } from '../support/few.ts';
import { rowInto, rowOutOf } from '../support/moments.ts';
import { badPlace, openImpatient } from '../support/place.ts';
import { SENTENCES } from '../support/sentences.ts';
import { circuits, retries, toldOf, toldOfRow } from '../support/told.ts';
import { expectWhole, SCALE } from '../support/whole.ts';

const at = { source: rowOutOf(LINES, 700), central: rowInto(`"public"."${LINES}"`, 700) } as const;
const TABLE = { source: `adempiere.${LINES}`, central: `public.${LINES}` } as const;

describe.each(['source', 'central'] as const)('at the %s', (side) => {
  test('an administrator ends our sessions: the table goes on from its checkpoint', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    // More than all buffers on the way hold: the source is still sending when it is told to end.
    await atBranch(pair, `ALTER TABLE ${LINES} ADD ballast text DEFAULT repeat('x', 10000)`);
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW } });
    await using engine = home.open();
    const events = listen(engine);
    const frozen = proxy.trap(at[side], 'freeze');
    const running = engine.syncAll({ trigger: 'cli' });
    await frozen;

    await terminateOurs(pair[side]);
    proxy.thaw();

    const batch = await running;
    // A server that waits for us to read cannot say why it goes: it only hangs up.
    const told = side === 'source' ? [undefined, SENTENCES.lost(side)] : ['57P01', SENTENCES.ended(side)];
    expect(retries(events).map((one) => [one.sqlstate, toldOf(one)])).toEqual([told]);
    await expectWhole(engine, batch.batch_id, pair);
  });

  test('another session holds a lock on a table for too long: it is tried again until it is free', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    using home = badPlace(pair, { connection: { tables: FEW } });
    await using engine = openImpatient(home, { lockMs: 200 });
    if (side === 'central') await engine.syncAll({ trigger: 'cli' });
    const events = listen(engine);
    const batch = await asAdmin(pair[side], async (other) => {
      await other.query(`BEGIN; LOCK TABLE ${TABLE[side]} IN ACCESS EXCLUSIVE MODE`);
      engine.on((event) => {
        if (event.type === 'table_retrying') void other.query('ROLLBACK');
      });
      return engine.syncAll({ trigger: 'cli', strategy: 'full' });
    });

    expect(retries(events).map((one) => [one.sqlstate, toldOf(one)])).toEqual([
      ['55P03', SENTENCES.contention(side)],
    ]);
    expect(batch.status).toBe('completed');
    if (side === 'source') await expectWhole(engine, batch.batch_id, pair);
  });
});

test('two transactions wait for each other: ours gives way, and the table goes on from its checkpoint', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW } });
  await using engine = home.open();
  const events = listen(engine);
  const frozen = proxy.trap(at.central, 'freeze');
  const running = engine.syncAll({ trigger: 'cli' });
  await frozen;

  await asAdmin(pair.central, async (other) => {
    const { rows } = await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    // Who looks first gives way: the other one is not to look.
    await other.query("SET deadlock_timeout = '10min'");
    await other.query('BEGIN');
    await other.query(`SELECT FROM branchline.checkpoints WHERE table_name = '${LINES}' FOR UPDATE`);
    const locked = other.query(`LOCK TABLE ${TABLE.central} IN ACCESS EXCLUSIVE MODE`);
    await asAdmin(pair.central, (admin) => waitsForLock(admin, rows[0]?.pid ?? 0));
    proxy.thaw();
    await locked;
    await other.query('COMMIT');
  });

  const batch = await running;
  expect(retries(events).map((one) => [one.sqlstate, toldOf(one)])).toEqual([
    ['40P01', SENTENCES.contention('central')],
  ]);
  await expectWhole(engine, batch.batch_id, pair);
});

test('head office fails over to a server that only reads: nothing more is tried, and it goes on when it writes', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW }, sync: { parallelTables: 1 } });
  await using engine = home.open();
  const events = listen(engine);
  const name = pair.central.database;
  const frozen = proxy.trap(at.central, 'freeze');
  const running = engine.syncAll({ trigger: 'cli' });
  await frozen;
  await atCentral(pair, `ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await terminateOurs(pair.central);
  proxy.thaw();

  const { batch_id, status } = await running;

  expect(status).toBe('failed');
  const left = engine.batch(batch_id).tables.filter((row) => row.status === 'failed');
  expect(left.length).toBeGreaterThan(1);
  expect(left.map(toldOfRow)).toEqual(left.map(() => SENTENCES.readOnly()));
  expect(circuits(events).map((one) => [one.sqlstate, toldOf(one)])).toEqual([
    ['25006', SENTENCES.readOnly()],
  ]);
  await atCentral(
    pair,
    'SET default_transaction_read_only = off',
    `ALTER DATABASE ${name} RESET default_transaction_read_only`,
  );
  await engine.resume(batch_id, { trigger: 'cli' });
  await expectWhole(engine, batch_id, pair);
});

test('a single connection is free at head office: it is enough for a whole batch', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = badPlace(pair, { connection: { tables: FEW }, sync: { parallelTables: 2 } });
  await using engine = home.open();
  const events = listen(engine);
  await atCentral(pair, `ALTER DATABASE ${pair.central.database} CONNECTION LIMIT 1`);

  const batch = await engine.syncAll({ trigger: 'cli' });

  const isWait = ({ type }: EngineEvent) => type === 'table_retrying' || type === 'waiting_for_central';
  expect(events.filter(isWait)).toEqual([]);
  // The claim is released although its session was the worker's.
  expect(await fromCentral(pair, 'SELECT heartbeat IS NULL FROM branchline.sources')).toEqual([['t']]);
  await expectWhole(engine, batch.batch_id, pair);
});

test('no connection is free at head office: it is waited for until one is', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = badPlace(pair, { connection: { tables: FEW }, sync: { parallelTables: 1 } });
  await using engine = home.open();
  const events = listen(engine);
  const limit = (most: number) =>
    atCentral(pair, `ALTER DATABASE ${pair.central.database} CONNECTION LIMIT ${most}`);
  await limit(0);
  let lifted = Promise.resolve();
  engine.on((event) => {
    if (event.type === 'waiting_for_central' && !event.over) lifted = limit(-1);
  });

  const batch = await engine.syncAll({ trigger: 'cli' });

  await lifted;
  const told = events.flatMap((one) => (one.type === 'waiting_for_central' ? [one.failure] : []));
  expect(told.map((one) => [one.sqlstate, toldOf(one)])).toEqual(
    told.map(() => ['53300', SENTENCES.noConnectionFree('central')]),
  );
  expect(events.filter((one) => one.type === 'circuit_opened' || one.type === 'table_retrying')).toEqual([]);
  await expectWhole(engine, batch.batch_id, pair);
});

test('fewer connections are free at head office than tables are to run at once: fewer run, none fails', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = badPlace(pair, { connection: { tables: FEW }, sync: { parallelTables: 2 } });
  await using engine = home.open();
  const events = listen(engine);
  await atCentral(pair, `ALTER DATABASE ${pair.central.database} CONNECTION LIMIT 2`);

  const batch = await engine.syncAll({ trigger: 'cli' });

  expect(events.filter((one) => one.type === 'table_retrying')).toEqual([]);
  await expectWhole(engine, batch.batch_id, pair);
});

test('head office runs its transactions serializable by default: ours are not refused for the sake of another program', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using proxy = await startProxy(pair.central);
  using home = badPlace(pair, { central: proxy, connection: { tables: FEW }, sync: { parallelTables: 1 } });
  await using engine = home.open();
  await engine.syncAll({ trigger: 'cli' });
  await changeEveryLine(pair);
  const name = pair.central.database;
  await atCentral(pair, `ALTER DATABASE ${name} SET default_transaction_isolation = serializable`);
  const events = listen(engine);
  const frozen = proxy.trap(rowInto(stageTable(CONNECTION, LINES), 700), 'freeze');
  const running = engine.syncAll({ trigger: 'cli', tables: [LINES] });
  await frozen;

  // The chunk's transaction is open: the rows that it is going to write are updated by somebody else meanwhile.
  await atCentral(pair, `UPDATE ${TABLE.central} SET qtyinvoiced = qtyinvoiced`);
  proxy.thaw();

  const batch = await running;
  expect(retries(events)).toEqual([]);
  expect(batch.status).toBe('completed');
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
});
