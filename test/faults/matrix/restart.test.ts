import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signalServer } from '../../../src/demo/server/server.ts';
import { BatchStatus } from '../../../src/shared/status.ts';
import { freshDatabases } from '../../support/databases.ts';
import { listen } from '../../support/home.ts';
import { startProxy } from '../../support/proxy.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { until } from '../support/admin.ts';
import { counted, eachRowOnce } from '../support/counts.ts';
import { FEW, LINES } from '../support/few.ts';
import { rowInto, rowOutOf } from '../support/moments.ts';
import { badPlace, openImpatient } from '../support/place.ts';
import { SENTENCES } from '../support/sentences.ts';
import { circuits, retries, toldOf, toldOfRow } from '../support/told.ts';
import { expectWhole, SCALE } from '../support/whole.ts';

const at = { source: rowOutOf(LINES, 700), central: rowInto(`"public"."${LINES}"`, 700) } as const;

/** One that is stopped and started: those that all tests share must not be. */
let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.remove());

describe.each(['source', 'central'] as const)('the server of the %s', (side) => {
  test('is stopped in the middle of a table: all tables stop, and the batch goes on once it is back', async () => {
    await using pair = await freshDatabases({ scale: SCALE, [`${side}Server`]: server });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW }, sync: { parallelTables: 1 } });
    await using engine = home.open();
    const events = listen(engine);
    const frozen = proxy.trap(at[side], 'freeze');
    const running = engine.syncAll({ trigger: 'cli' });
    await frozen;
    await server.stop('fast');
    proxy.refuse();
    proxy.thaw();

    const { batch_id, status } = await running;

    expect(status).toBe(BatchStatus.Failed);
    const { tables } = engine.batch(batch_id);
    // The whole table had been read before the source went: that much is not lost.
    const left = tables.filter((row) => row.status !== 'completed');
    expect(left.length).toBeGreaterThanOrEqual(2);
    expect(left.map(toldOfRow)).toEqual(left.map(() => SENTENCES.unreachable(side)));
    expect(circuits(events).map((one) => toldOf(one))).toEqual([SENTENCES.unreachable(side)]);
    if (side === 'central') {
      const [ended] = retries(events);
      expect(ended?.sqlstate).toBe('57P01');
      expect(ended && toldOf(ended)).toEqual(SENTENCES.ended(side));
    }
    await server.restart();
    await proxy.accept();
    await engine.resume(batch_id, { trigger: 'cli' });
    await expectWhole(engine, batch_id, pair);
  });

  test('says that it shuts down or starts up: it is waited for', async () => {
    await using pair = await freshDatabases({ scale: SCALE, [`${side}Server`]: server });
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, connection: { tables: FEW }, sync: { parallelTables: 1 } });
    // A server that does not answer at all is given up at once; one that says it will be there is not.
    await using engine = openImpatient(home, {}, { transient: 60, unreachable: 0 });
    const events = listen(engine);
    let restarted: Promise<void> | null = null;
    engine.on((event) => {
      if (event.type !== 'table_retrying' || event.failure.sqlstate !== '57P03') return;
      restarted ??= server.stop('fast').then(() => server.restart());
    });
    // While somebody is still in it, a server that is to shut down smartly refuses everybody else.
    const other = await pair[side].connectAdmin();
    const frozen = proxy.trap(at[side], 'freeze');
    const running = engine.syncAll({ trigger: 'cli', tables: [LINES] });
    await frozen;
    await signalServer(server.place, 'SIGTERM');
    await until(() => refuses(pair[side].connectAdmin()));
    proxy.cutAll();

    const batch = await running;

    await restarted;
    await other.end();
    expect(counted(engine.batch(batch.batch_id).tables)).toEqual(eachRowOnce(SCALE, [LINES]));
    const starting = retries(events).filter((one) => one.sqlstate === '57P03');
    expect(starting.length).toBeGreaterThan(0);
    expect(starting.map((one) => toldOf(one))).toEqual(starting.map(() => SENTENCES.starting(side)));
  });
});

async function refuses(connecting: Promise<{ end(): Promise<void> }>): Promise<boolean> {
  return connecting.then(
    async (client) => {
      await client.end();
      return false;
    },
    () => true,
  );
}
