import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { openJournalToRead } from '../../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import type { TrafficColumns } from '../../../src/shared/traffic.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { type ByteCounter, startByteCounter } from '../../support/byteCounter.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { noSshd, startSshServer } from '../../support/sshServer.ts';
import { startTlsProxy } from '../../support/tlsProxy.ts';

/** Two tables that a direct COPY sends: one large, one small. */
async function fill(pair: DatabasePair): Promise<void> {
  await atBranch(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('branch ' || n || ' ', 20) FROM generate_series(1, 8000) n",
    'CREATE TABLE unit (id int PRIMARY KEY, name text)',
    "INSERT INTO unit VALUES (1, 'pcs')",
  );
}

/** A batch's row, and those of its tables, as the journal has them when the run is over. */
async function ran(engine: Engine) {
  const { batch } = await sync(engine);
  expect(batch.status).toBe('completed');
  const after = engine.batch(batch.batch_id);
  const of = (name: string) => after.tables.find((one) => one.table_name === name);
  return { batch: after.batch, ledger: of('ledger'), unit: of('unit') };
}

/** The counter is on the wire, so it may have the last bytes of closing sessions that the process no longer sees. */
const CLOSING = 200;

function expectOnWire({ sent_bytes, received_bytes }: TrafficColumns, counter: ByteCounter): void {
  expect(Math.abs((sent_bytes ?? 0) - counter.up)).toBeLessThanOrEqual(CLOSING);
  expect(Math.abs((received_bytes ?? 0) - counter.down)).toBeLessThanOrEqual(CLOSING);
}

test('a batch counts every byte to and from head office, and each table its own', async () => {
  await using pair = await freshDatabases();
  await fill(pair);
  await using counter = await startByteCounter(pair.central);
  using home = makeHome(pair, { central: { host: counter.host, port: counter.port } });
  await using engine = home.open();

  const { batch, ledger, unit } = await ran(engine);

  expectOnWire(batch, counter);
  expect(batch.sent_plain_bytes).toBe(batch.sent_bytes);
  expect(batch.received_plain_bytes).toBe(batch.received_bytes);
  expect(ledger?.sent_bytes).toBeGreaterThan(ledger?.bytes ?? 0);
  expect(ledger?.sent_bytes).toBeLessThan((ledger?.bytes ?? 0) * 1.1);
  expect(unit?.sent_bytes).toBeGreaterThan(0);
  expect(unit?.sent_bytes).toBeLessThan(10_000);
  expect((ledger?.sent_bytes ?? 0) + (unit?.sent_bytes ?? 0)).toBeLessThan(batch.sent_bytes ?? 0);
});

test('months add up what batches and single tables have sent, and what a resumed batch sends is added to it', async () => {
  await using pair = await freshDatabases();
  await fill(pair);
  await using counter = await startByteCounter(pair.central);
  using home = makeHome(pair, {
    central: { host: counter.host, port: counter.port },
    sync: { chunkRows: 500 },
  });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_progress' && event.table === 'ledger') stop.abort();
  });
  const stopped = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  expect(stopped.status).toBe('interrupted');
  const first = engine.batch(stopped.batch_id).batch.sent_bytes ?? 0;
  expect(first).toBeGreaterThan(20_000);
  await engine.resume(stopped.batch_id, { trigger: 'cli' });
  const resumed = engine.batch(stopped.batch_id).batch;
  expect(resumed.status).toBe('completed');
  expectOnWire(resumed, counter);

  await engine.syncTable({ trigger: 'cli', connection: CONNECTION, table: 'ledger', strategy: 'full' });

  const journal = openJournalToRead(home.folder, systemPorts({ log: () => {} }));
  onTestFinished(() => journal.close());
  const [month, ...others] = journal.trafficMonths(12);
  expect(others).toEqual([]);
  expect(month?.month).toMatch(/^\d{4}-\d\d$/);
  expectOnWire(month ?? expect.fail('no month'), counter);
  const [ledger] = journal.trafficMonths(12, { connection: CONNECTION, table: 'ledger' });
  expect(ledger?.sent_bytes).toBeGreaterThan(first);
  expect(ledger?.sent_bytes).toBeLessThan(month?.sent_bytes ?? 0);
});

describe.skipIf(!hasOpenssl())('under TLS', () => {
  test('the bytes of TLS itself count, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'branchline-traffic-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    makeCa(folder, 'hq-ca');
    await using pair = await freshDatabases();
    await fill(pair);
    await using proxy = await startTlsProxy(
      inject('servers').central,
      issue(folder, 'hq-ca', 'localhost'),
      [4096],
    );
    await using counter = await startByteCounter(proxy);
    using home = makeHome(pair, {
      central: { host: counter.host, port: counter.port, sslmode: 'require' },
    });
    await using engine = home.open();

    const { batch } = await ran(engine);

    expectOnWire(batch, counter);
  });
});

const missing = noSshd();
if (missing !== null) process.stderr.write(`!! Traffic through SSH is not counted: ${missing}\n`);

describe.skipIf(missing !== null)('through a tunnel', () => {
  test.each([true, false])(
    'both the SSH connection and what goes into it count; compressed: %s',
    async (compress) => {
      await using pair = await freshDatabases();
      await fill(pair);
      await using server = await startSshServer();
      await using counter = await startByteCounter(server);
      await using inside = await startByteCounter(pair.central);
      using home = makeHome(pair, {
        central: {
          host: inside.host,
          port: inside.port,
          ssh: {
            host: counter.host,
            port: counter.port,
            user: server.user,
            keyFile: server.keyFile,
            compress,
          },
        },
      });
      await using engine = home.open();

      const { batch, ledger } = await ran(engine);

      // Window adjustments and the end of the SSH connection come after the last stream.
      expect((batch.sent_bytes ?? 0) / counter.up).toBeCloseTo(1, 1);
      expect(Math.abs((batch.sent_bytes ?? 0) - counter.up)).toBeLessThan(2000);
      expect(Math.abs((batch.received_bytes ?? 0) - counter.down)).toBeLessThan(2000);
      expect(Math.abs((batch.sent_plain_bytes ?? 0) - inside.up)).toBeLessThanOrEqual(CLOSING);
      expect(Math.abs((batch.received_plain_bytes ?? 0) - inside.down)).toBeLessThanOrEqual(CLOSING);
      expect(ledger?.sent_plain_bytes).toBeGreaterThan(ledger?.bytes ?? 0);
      if (compress) expect(ledger?.sent_bytes).toBeLessThan((ledger?.sent_plain_bytes ?? 0) / 3);
      else expect(ledger?.sent_bytes).toBeGreaterThan(ledger?.sent_plain_bytes ?? 0);
    },
  );
});
