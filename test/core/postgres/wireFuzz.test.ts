import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { DEFAULT_TIMEOUTS, Session, type SessionOptions } from '../../../src/core/postgres/session.ts';
import { FailureCode, SyncFailure } from '../../../src/shared/errors.ts';
import { seeded } from '../../faults/support/random.ts';
import { startFakePostgres } from '../../support/fakePostgres.ts';
import { fuzzedServer } from '../../support/fuzzedServer.ts';

/** `BRANCHLINE_FUZZ_CONNECTIONS=10000 BRANCHLINE_FUZZ_SEED=1 npx vitest run test/core/postgres/wireFuzz.test.ts` */
const CONNECTIONS = Number(process.env.BRANCHLINE_FUZZ_CONNECTIONS ?? 300);
const SEED = Number(process.env.BRANCHLINE_FUZZ_SEED ?? Date.now() % 1_000_000);
const AT_ONCE = 8;
/** All that the process has, this test's own server included. */
const MOST_BYTES = 400 * 1024 * 1024;

function optionsFor(port: number): SessionOptions {
  return {
    side: 'source',
    endpoint: {
      host: '127.0.0.1',
      port,
      database: 'erp',
      user: 'reader',
      sslmode: 'disable',
      connectTimeoutSeconds: 5,
    },
    connection: 'pgsql_lmp',
    folder: tmpdir(),
    applicationName: 'fuzz',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: 5000, firstRowMs: 5000, idleMs: 5000 },
    password: 'fuzz-password',
  };
}

/** Whether it is an ErrorResponse, or was caused by one. */
function isSaid(error: unknown): boolean {
  return error instanceof Error && ('severity' in error || isSaid(error.cause));
}

/** One connection's life. @returns the code that it ended with; null where all went well */
async function live(options: SessionOptions): Promise<string | null> {
  try {
    await using session = await Session.open(options);
    await session.query('BEGIN');
    await session.query('SELECT 1 AS a, 2 AS b WHERE $1', [true]);
    const copy = session.copyOut('COPY t TO STDOUT', 'text', 1);
    while (!copy.exhausted) {
      await session.guard(copy.ready(1000));
      while (copy.take(100) !== null);
    }
    await session.query('SELECT 3 AS c');
    return null;
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    // What the server itself says under a code that nobody knows is no fault of ours.
    return isSaid(error) ? 'said by the server' : error.detail.code;
  }
}

test(`${CONNECTIONS} servers that say anything, seed ${SEED}: each connection ends with a classified failure`, async () => {
  let begun = 0;
  await using fake = await startFakePostgres((client) => fuzzedServer(seeded(SEED + begun++))(client));
  const options = optionsFor(fake.port);
  const ends = new Map<string | null, number>();
  let left = CONNECTIONS;
  let peak = 0;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const end = await live(options);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      peak = Math.max(peak, process.memoryUsage.rss());
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  console.info(
    `seed ${SEED}: ${CONNECTIONS} connections, at most ${Math.round(peak / 2 ** 20)} MB`,
    Object.fromEntries(ends),
  );
  expect(ends.has(FailureCode.ConnectionLost)).toBe(true);
  // What nobody has classified would be told as a fault of our own.
  expect(ends.get(FailureCode.Internal) ?? 0).toBe(0);
  expect(peak).toBeLessThan(MOST_BYTES);
  expect(fake.connections.all).toBe(CONNECTIONS);
}, 3_600_000);
