import { expect, test } from 'vitest';
import { stageTable } from '../../src/core/target/apply.ts';
import { OWN_SCHEMA_SQL } from '../../src/core/target/setup.ts';
import { BatchStatus } from '../../src/shared/status.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, listen } from '../support/home.ts';
import { type FaultProxy, startProxy } from '../support/proxy.ts';
import { startRunner } from '../support/runner.ts';
import { type Counted, counted, eachRowOnce } from './support/counts.ts';
import { changeEveryLine, differencesOfFew, FEW, LINES } from './support/few.ts';
import { rowInto } from './support/moments.ts';
import { badPlace } from './support/place.ts';
import { type Backend, commitGate, holders } from './support/staleBackends.ts';

const SCALE = 0.05;
/** As long as ids may be: it must not be cut in an application name, or the stale backend would not be found. */
const LONG_ID = 'pgsql_kabupaten_penukal_abab_lematang_il';
/** Less than the time-outs of one lock after the other that would end the wait in the end: the stale backend must be ended. */
const PATIENCE_MS = 100_000;

test('the client vanished in a COPY into the table: its backend is ended and the batch goes on', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using proxy = await startProxy(pair.central);
  using home = onePerTime(pair, proxy);
  const frozen = proxy.trap(rowInto(`"public"."${LINES}"`, 700), 'freeze');

  const { batchId, stale } = await vanish(pair, home, () => frozen);

  expect(stale).toMatchObject({ state: 'active', locked: [LINES] });
  expect(await goOn(pair, home, batchId, stale)).toEqual(eachRowOnce(SCALE, FEW));
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
});

test('the client vanished in a COPY into the staging table, under a connection id of the greatest length', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using proxy = await startProxy(pair.central);
  using home = onePerTime(pair, proxy, LONG_ID);
  await firstLoad(home);
  await changeEveryLine(pair);
  const stage = stageTable(LONG_ID, LINES);
  const frozen = proxy.trap(rowInto(stage, 700), 'freeze');

  const { batchId, stale } = await vanish(pair, home, () => frozen);

  expect(stale).toMatchObject({ state: 'active', locked: [stage.replaceAll('"', '')] });
  const counts = await goOn(pair, home, batchId, stale);
  expect(counts.filter((one) => one.table === LINES)).toEqual(eachRowOnce(SCALE, [LINES]));
  expect(await differencesOfFew(pair, LONG_ID)).toEqual([]);
});

test('the client vanished while its COMMIT stood still behind the checkpoint: the chunk counts once', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using proxy = await startProxy(pair.central);
  using home = onePerTime(pair, proxy);
  await makeOwnSchema(pair);
  const admin = await pair.central.connectAdmin();
  try {
    const gate = await commitGate(admin, LINES);

    const { batchId, stale } = await vanish(pair, home, async () => {
      await gate.reached();
      proxy.freezeOpen();
    });

    expect(stale.locked).toContain('branchline.checkpoints');
    await gate.open();
    expect(await goOn(pair, home, batchId, stale)).toEqual(eachRowOnce(SCALE, FEW));
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  } finally {
    await admin.end();
  }
});

/** One table at a time: the one stale backend is the one that the test means. */
function onePerTime(pair: DatabasePair, central: FaultProxy, id = CONNECTION): Home {
  return badPlace(pair, { central, connection: { id, tables: FEW }, sync: { parallelTables: 1 } });
}

/** Runs a batch until it stands still, and kills its process: the proxy keeps the server's side open. */
async function vanish(
  pair: DatabasePair,
  home: Home,
  standsStill: () => Promise<void>,
): Promise<{ readonly batchId: string; readonly stale: Backend }> {
  const runner = await startRunner(home.folder);
  await standsStill();
  const { batch } = await runner.event('batch_started');
  await runner.kill();
  const admin = await pair.central.connectAdmin();
  try {
    const found = await holders(admin);
    expect(found).toHaveLength(1);
    return { batchId: batch.batch_id, stale: found[0] ?? { pid: 0, state: '', locked: [] } };
  } finally {
    await admin.end();
  }
}

/** Resumes the batch, and expects that the stale backend is gone. @returns the counts of its tables */
async function goOn(
  pair: DatabasePair,
  home: Home,
  batchId: string,
  stale: Backend,
): Promise<readonly Counted[]> {
  await using engine = home.open();
  const events = listen(engine);
  const started = performance.now();
  const outcome = await engine.resume(batchId, { trigger: 'cli' });
  expect(performance.now() - started).toBeLessThan(PATIENCE_MS);
  expect(outcome.batch.status).toBe(BatchStatus.Completed);
  const ended = events.flatMap((event) => (event.type === 'stale_backends_ended' ? [event.count] : []));
  expect(ended).toEqual([expect.any(Number)]);
  expect(ended[0]).toBeGreaterThan(0);
  const admin = await pair.central.connectAdmin();
  const left = await admin.query('SELECT FROM pg_stat_activity WHERE pid = $1', [stale.pid]);
  await admin.end();
  expect(left.rowCount).toBe(0);
  return counted(engine.batch(batchId).tables);
}

async function firstLoad(home: Home): Promise<void> {
  await using engine = home.open();
  await engine.syncAll({ trigger: 'cli' });
}

/** Branchline's own schema, before it is needed: the gate is built on it. */
async function makeOwnSchema(pair: DatabasePair): Promise<void> {
  const role = await pair.central.connect();
  await role.query(OWN_SCHEMA_SQL.join('\n'));
  await role.end();
}
