import { describe, expect, test } from 'vitest';
import { InterruptionReason } from '../../../src/shared/status.ts';
import { counted, eachRowOnce } from '../../faults/support/counts.ts';
import { differencesOfFew, FEW, LINES } from '../../faults/support/few.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { startByteCounter } from '../../support/byteCounter.ts';
import { differences } from '../../support/compare.ts';
import { freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';
import { noSshd, type SshServer, startSshServer } from '../../support/sshServer.ts';

const missing = noSshd();
if (missing !== null) process.stderr.write(`!! Batches through SSH are not tested: ${missing}\n`);

const SCALE = 0.05;

function way(server: Pick<SshServer, 'user' | 'keyFile'>, at: { host: string; port: number }, more = {}) {
  return { host: at.host, port: at.port, user: server.user, keyFile: server.keyFile, ...more };
}

describe.skipIf(missing !== null)('a batch through a tunnel', () => {
  test('copies all tables; nothing has changed afterwards; both sides may have one', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using server = await startSshServer();
    using home = makeHome(pair, {
      connection: { ssh: way(server, server) },
      central: { ssh: way(server, server) },
    });
    await using engine = home.open();

    const { batch } = await sync(engine);

    expect(batch.status).toBe('completed');
    expect(counted(engine.batch(batch.batch_id).tables)).toEqual(eachRowOnce(SCALE));
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
    // One for both sides: they have the same server and sign in there as the same user.
    expect(server.log().match(/Accepted publickey/g)).toHaveLength(1);
    expect((await sync(engine)).batch.status).toBe('completed');
  });

  test('takes fewer bytes with compression', async () => {
    const sent: number[] = [];
    for (const compress of [false, true]) {
      await using pair = await freshDatabases({ scale: SCALE });
      await using server = await startSshServer();
      await using counter = await startByteCounter(server);
      using home = makeHome(pair, { central: { ssh: way(server, counter, { compress }) } });
      await using engine = home.open();
      expect((await sync(engine)).batch.status).toBe('completed');
      sent.push(counter.bytes);
    }

    const [plain = 0, compressed = 0] = sent;
    expect(plain).toBeGreaterThan(500_000);
    expect(compressed).toBeLessThan(plain / 2);
  });

  test('goes on from its last chunk where the tunnel breaks: each row counts once', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using server = await startSshServer();
    using home = makeHome(pair, {
      connection: { tables: FEW },
      central: { ssh: way(server, server), connectTimeoutSeconds: 5 },
      sync: { chunkRows: 200 },
    });
    await using engine = home.open();
    const events = listen(engine);
    let broken = Promise.resolve();
    let times = 0;
    engine.on((event) => {
      if (event.type !== 'table_progress' || event.table !== LINES || times >= 2) return;
      times++;
      broken = server.cutAll();
    });

    const { batch } = await sync(engine);

    await broken;
    expect(times).toBe(2);
    expect(batch.status).toBe('completed');
    expect(counted(engine.batch(batch.batch_id).tables)).toEqual(eachRowOnce(SCALE, FEW));
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
    const codes = events.flatMap((event) => (event.type === 'table_retrying' ? [event.failure.code] : []));
    expect(codes).toContain('ssh_tunnel_lost');
  });

  test('that is frozen is given up, and resumed when the server moves again', async () => {
    await using pair = await freshDatabases({ scale: SCALE });
    await using server = await startSshServer();
    using home = makeHome(pair, {
      connection: { tables: FEW },
      central: { ssh: way(server, server, { keepAliveSeconds: 1 }), connectTimeoutSeconds: 2 },
      sync: { chunkRows: 200 },
    });
    await using engine = home.open();
    let frozen: Promise<void> | null = null;
    engine.on((event) => {
      if (event.type === 'table_progress' && event.table === LINES) frozen ??= server.freeze();
    });

    const { batch } = await sync(engine);

    expect(frozen).not.toBeNull();
    expect(batch.status).not.toBe('completed');
    await server.thaw();
    const resumed = await engine.resume(batch.batch_id, { trigger: 'cli' });
    expect(resumed).toMatchObject({ kind: 'ran', batch: { status: 'completed' } });
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  });

  test('ends a statement at the branch when it is stopped', async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE VIEW endless AS SELECT 1 AS id, pg_sleep(600)::text AS waited',
      'GRANT SELECT ON ALL TABLES IN SCHEMA adempiere TO branchline_read',
    );
    await using server = await startSshServer();
    using home = makeHome(pair, { connection: { tables: ['endless'], ssh: way(server, server) } });
    await using engine = home.open();
    const admin = await pair.source.connectAdmin();
    const working = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
    const stop = new AbortController();
    const running = engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
    await expect.poll(async () => (await admin.query(working)).rowCount, { timeout: 20_000 }).toBe(1);

    stop.abort(InterruptionReason.User);

    expect(await running).toMatchObject({ status: 'interrupted' });
    await expect.poll(async () => (await admin.query(working)).rowCount, { timeout: 5000 }).toBe(0);
    await admin.end();
  });
});
