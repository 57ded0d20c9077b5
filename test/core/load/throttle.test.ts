import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { parseHours, Throttle } from '../../../src/core/load/throttle.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { atBranch, sync } from '../../support/branch.ts';
import { startByteCounter } from '../../support/byteCounter.ts';
import { freshDatabases } from '../../support/databases.ts';
import { startFarLink } from '../../support/farLink.ts';
import { makeHome } from '../../support/home.ts';
import { noSshd, startSshServer } from '../../support/sshServer.ts';

const NEVER = new AbortController().signal;

/** A clock on which sleeping takes no time but its own, and always wakes late by a little. */
function quickClock(start = new Date(2026, 10, 2, 9, 0)): Clock & { ms: number } {
  const clock = {
    ms: 0,
    now: () => new Date(start.getTime() + clock.ms),
    monotonic: () => clock.ms,
    sleep: async (ms: number) => {
      clock.ms += ms + 3;
    },
  };
  return clock;
}

/** What goes out on a link whose cap is kept, under a clock of its own. */
class CappedLink {
  readonly clock = quickClock();
  readonly throttle: Throttle;
  readonly sends: { readonly at: number; readonly bytes: number }[] = [];
  #sent = 0;

  constructor(kbps: number) {
    this.throttle = new Throttle(kbps, null, this.clock, () => this.#sent);
  }

  send(bytes: number): void {
    this.#sent += bytes;
    this.sends.push({ at: this.clock.ms, bytes });
  }

  /** A worker with rows for a while; `share` of what it hands over goes out, as after compression. */
  async work(ms: number, share: number): Promise<void> {
    while (this.clock.ms < ms) {
      await this.throttle.acquire(NEVER);
      this.send(Math.round(this.throttle.pieceBytes * share));
    }
  }

  /** The most and the least that went out in any ten seconds that lie within `ms`. */
  windows(ms: number): { readonly most: number; readonly least: number } {
    const sums = this.sends
      .filter(({ at }) => at + TEN_SECONDS <= ms)
      .map(({ at: from }) =>
        this.sends
          .filter(({ at }) => at >= from && at < from + TEN_SECONDS)
          .reduce((sum, { bytes }) => sum + bytes, 0),
      );
    return { most: Math.max(...sums), least: Math.min(...sums) };
  }
}

const TEN_SECONDS = 10_000;

test('in any ten seconds the bytes on the link are the cap’s within a tenth, whatever is sent by however many', async () => {
  const case_ = fc.record({
    kbps: fc.integer({ min: 64, max: 100_000 }),
    workers: fc.integer({ min: 1, max: 16 }),
    // Of what a worker hands over: from well compressed to a little more, as of a tunnel without compression.
    share: fc.double({ min: 0.2, max: 1.05, noNaN: true }),
    urgentBytes: fc.integer({ min: 0, max: 400 }),
  });
  await fc.assert(
    fc.asyncProperty(case_, async ({ kbps, workers, share, urgentBytes }) => {
      const link = new CappedLink(kbps);
      const ms = 25_000;
      const beats = async (): Promise<void> => {
        // Never asks: what is urgent is counted, and does not wait.
        for (let next = 0; link.clock.ms < ms; await setImmediate()) {
          if (link.clock.ms < next) continue;
          link.send(urgentBytes);
          next += 1000;
        }
      };
      await Promise.all([
        ...Array.from({ length: workers }, () => link.work(ms, share)),
        ...(urgentBytes > 0 ? [beats()] : []),
      ]);
      const { most, least } = link.windows(ms);
      const cap = (kbps / 8) * TEN_SECONDS;
      expect(most).toBeLessThanOrEqual(cap * 1.1);
      expect(least).toBeGreaterThanOrEqual(cap * 0.9);
    }),
    { numRuns: 40 },
  );
});

test('a piece that was well compressed is charged as what went out', async () => {
  const link = new CappedLink(800);
  await link.throttle.acquire(NEVER);
  link.send(1000);
  await link.throttle.acquire(NEVER);
  // 10 ms of the cap, which the burst allows.
  expect(link.clock.ms).toBe(0);
});

test('outside its hours the cap does not hold, nor is what was sent then charged afterwards; hours may span midnight', async () => {
  const spent = async (hour: number, hours: string): Promise<number> => {
    const clock = quickClock(new Date(2026, 10, 2, hour, 30));
    let sent = 0;
    const throttle = new Throttle(8, parseHours(hours), clock, () => sent);
    await throttle.acquire(NEVER);
    sent = 10_000;
    await throttle.acquire(NEVER);
    return clock.ms;
  };
  expect(await spent(9, '08:00-17:00')).toBeGreaterThan(9000);
  expect(await spent(19, '08:00-17:00')).toBe(0);
  expect(await spent(23, '22:00-06:00')).toBeGreaterThan(9000);
  expect(await spent(7, '22:00-06:00')).toBe(0);
  const clock = quickClock(new Date(2026, 10, 2, 7, 59, 59));
  let sent = 1_000_000;
  const throttle = new Throttle(8, parseHours('08:00-17:00'), clock, () => sent);
  await throttle.acquire(NEVER);
  clock.ms = 2000;
  sent += 1;
  await throttle.acquire(NEVER);
  expect(clock.ms).toBe(2000);
});

test('a batch is never faster than its cap, and still arrives', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
    "INSERT INTO ledger SELECT n, repeat('x', 200) FROM generate_series(1, 2000) n",
  );
  using home = makeHome(pair, { sync: { bandwidthKbps: 2000 } });
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('ledger')).toMatchObject({ status: 'completed', records_processed: 2000 });
  // 420,000 bytes at 250,000 a second, less the burst.
  expect(table('ledger').duration_seconds).toBeGreaterThan(1.3);
});

test('a row of megabytes behind a cap goes in pieces: signs of life on the same slow link do not wait for it', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE attachment (id int PRIMARY KEY, data text)',
    // Hardly compressible, and one block each.
    `INSERT INTO attachment SELECT n, (SELECT string_agg(md5(n || '-' || i), '') FROM generate_series(1, 10000) i)
     FROM generate_series(1, 3) n`,
  );
  await using link = await startFarLink(pair.central, { roundTripMs: 50, kbps: 1000 });
  using home = makeHome(pair, {
    central: { host: link.host, port: link.port },
    sync: { bandwidthKbps: 800 },
  });
  await using engine = home.open();
  const { host, port } = link;
  const client = new pg.Client({ ...pair.central, host, port, database: pair.central.database });
  await client.connect();
  const waits: number[] = [];
  let over = false;
  const beats = async (): Promise<void> => {
    while (!over) {
      const began = performance.now();
      await client.query('SELECT 1');
      waits.push(performance.now() - began);
      await sleep(100);
    }
  };
  const beating = beats();

  const { batch, table } = await sync(engine);
  over = true;
  await beating;
  await client.end();

  expect(batch.status).toBe('completed');
  // 960,000 bytes at 100,000 a second, less the burst.
  expect(table('attachment').duration_seconds).toBeGreaterThan(8.5);
  expect(waits.length).toBeGreaterThan(20);
  // Uncut, a row of 320 kB would hold them up for 2.5 s on this link.
  expect(Math.max(...waits)).toBeLessThan(1500);
});

describe.skipIf(noSshd() !== null)('through a compressing tunnel', () => {
  test('the cap is for what goes out on the link, so that more rows arrive', async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE ledger (id int PRIMARY KEY, note text)',
      "INSERT INTO ledger SELECT n, repeat('the same again ', 100) FROM generate_series(1, 2000) n",
    );
    await using server = await startSshServer();
    await using counter = await startByteCounter(server);
    const ssh = { host: counter.host, port: counter.port, user: server.user, keyFile: server.keyFile };
    using home = makeHome(pair, { central: { ssh }, sync: { bandwidthKbps: 400 } });
    await using engine = home.open();

    const { table } = await sync(engine);

    const { bytes, sent_bytes, duration_seconds } = table('ledger');
    expect(bytes).toBeGreaterThan(3_000_000);
    // Uncompressed it would take a minute.
    expect(duration_seconds).toBeLessThan(20);
    expect((sent_bytes ?? 0) / 50_000).toBeLessThan((duration_seconds ?? 0) + 0.5);
  });
});
