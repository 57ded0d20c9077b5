import { readFile } from 'node:fs/promises';
import { CENTRAL_ROLE, centralGrants } from '../../src/demo/endpoint.ts';
import { type Pooler, pgbouncerProgram, startPooler } from '../../test/faults/support/pgbouncer.ts';
import type { SignIn } from '../../test/support/home.ts';
import { connectTo, startServer, type TestServer } from '../../test/support/servers.ts';

export interface HeadOfficeSize {
  readonly maxConnections: number;
  /** Sessions of PgBouncer's pool; null for a head office without a pooler. */
  readonly pool: number | null;
}

/** The one server that a fleet writes to, and PgBouncer before it. */
export interface HeadOffice extends AsyncDisposable {
  readonly server: TestServer;
  readonly pooler: Pooler | null;
  /** A new and empty central database. */
  makeDatabase(): Promise<CentralDatabase>;
  /** Connections that the server or the pooler has refused so far, because there was no place. */
  refusals(): Promise<number>;
}

/** A central database, as agents sign in to it. */
export interface CentralDatabase {
  readonly direct: SignIn;
  /** Through PgBouncer; null where there is none. */
  readonly pooled: SignIn | null;
}

/** More than any fleet here has, so that PgBouncer lets everybody wait inside. */
const MOST_CLIENTS = 5000;

const REFUSED =
  /sorry, too many clients already|remaining connection slots are reserved|no more connections allowed/g;

/** @throws Error if a pool is asked for and there is no PgBouncer */
export async function startHeadOffice({ maxConnections, pool }: HeadOfficeSize): Promise<HeadOffice> {
  const program = pgbouncerProgram();
  if (pool !== null && program === null) throw new Error('there is no PgBouncer: apt-get install pgbouncer');
  const server = await startServer({
    durable: true,
    settings: { max_connections: String(maxConnections), shared_buffers: '256MB', max_wal_size: '4GB' },
  });
  try {
    const pooler =
      pool === null || program === null
        ? null
        : await startPooler(program, server, [CENTRAL_ROLE], pool, '', [
            `max_client_conn = ${MOST_CLIENTS}`,
            `stats_users = ${CENTRAL_ROLE}`,
          ]);
    let made = 0;
    return {
      server,
      pooler,
      makeDatabase: async () => {
        made++;
        return makeDatabase(server, pooler, `central_${made}`);
      },
      refusals: async () => {
        const log = server.logFile === undefined ? '' : await readFile(server.logFile, 'utf8');
        const pooled = (await pooler?.log()) ?? '';
        return [...log.matchAll(REFUSED), ...pooled.matchAll(REFUSED)].length;
      },
      [Symbol.asyncDispose]: async () => {
        await pooler?.[Symbol.asyncDispose]();
        await server.remove();
      },
    };
  } catch (error) {
    await server.remove();
    throw error;
  }
}

async function makeDatabase(
  server: TestServer,
  pooler: Pooler | null,
  name: string,
): Promise<CentralDatabase> {
  await server.createDatabase(name);
  const client = await connectTo(server, name);
  try {
    for (const statement of centralGrants(name)) await client.query(statement);
  } finally {
    await client.end();
  }
  const { host, port, password } = server;
  const direct = { host, port, password, database: name, user: CENTRAL_ROLE };
  return { direct, pooled: pooler === null ? null : { ...direct, port: pooler.port } };
}
