import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import type pg from 'pg';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { startServer, type TestServer } from '../../support/servers.ts';
import { KEY_SETUP } from './keyTypes.ts';

const run = promisify(execFile);
const EXTENSIONS = ['citext', 'ltree'];

/** The two databases of the stories, and sessions of people who change them. */
export class Databases implements AsyncDisposable {
  readonly server: TestServer;
  readonly pair: DatabasePair;
  branch: pg.Client;
  /** Whose transactions stay open over whatever follows. */
  slow: pg.Client;
  readonly central: pg.Client;

  private constructor(
    server: TestServer,
    pair: DatabasePair,
    branch: pg.Client,
    slow: pg.Client,
    central: pg.Client,
  ) {
    this.server = server;
    this.pair = pair;
    this.branch = branch;
    this.slow = slow;
    this.central = central;
  }

  /** The branch has a server of its own, which is stopped and set back. */
  static async make(): Promise<Databases> {
    const server = await startServer();
    const pair = await freshDatabases({ sourceServer: server });
    const central = await pair.central.connectAdmin();
    const [branch, slow] = await Promise.all([signIn(pair), signIn(pair)]);
    for (const client of [branch, central])
      for (const name of EXTENSIONS) await client.query(`CREATE EXTENSION ${name} SCHEMA public`);
    for (const sql of KEY_SETUP) await branch.query(sql);
    await branch.query('GRANT USAGE ON TYPE adempiere.many, adempiere.place TO PUBLIC');
    return new Databases(server, pair, branch, slow, central);
  }

  /** Copies the stopped server's folder, as a backup of files does. */
  async copy(): Promise<void> {
    await this.#stopped(async (folder) => {
      await rm(`${folder}.copy`, { recursive: true, force: true });
      await run('cp', ['-a', folder, `${folder}.copy`]);
    });
  }

  /** Puts the copy in the server's place: same timeline, same identity, an older past. */
  async putBack(): Promise<void> {
    await this.#stopped(async (folder) => {
      await rm(folder, { recursive: true, force: true });
      await run('cp', ['-a', `${folder}.copy`, folder]);
    });
  }

  async #stopped(work: (folder: string) => Promise<void>): Promise<void> {
    await Promise.all([this.branch.end(), this.slow.end()]);
    await this.server.stop();
    await work(this.server.place.dataFolder);
    await this.server.restart();
    [this.branch, this.slow] = await Promise.all([signIn(this.pair), signIn(this.pair)]);
  }

  /** Ends the product's sessions at one side, as a restart or a failing link does. */
  async endSessions(side: 'source' | 'central'): Promise<void> {
    const client = side === 'source' ? this.branch : this.central;
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'branchline/%'`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.branch, this.slow, this.central].map((client) => client.end()));
    await this.pair.drop();
    await this.server.remove();
  }
}

async function signIn(pair: DatabasePair): Promise<pg.Client> {
  const client = await pair.source.connectAdmin();
  await client.query("SET search_path = adempiere, public; SET lock_timeout = '50ms'");
  return client;
}
