import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { resolvePassword } from '../../src/core/secrets/password.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import type { EndpointSettings } from '../../src/shared/settings.ts';
import { difference, tablesOf } from '../support/compare.ts';
import { runCli } from './run.ts';

test('the demo does the main job: every row of every table is equal on both sides', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'branchline-demo-test-'));
  // Where root runs the tests, the servers run as another user, who passes through here.
  chmodSync(parent, 0o711);
  const folder = join(parent, 'demo');
  try {
    const shown = await runCli(['demo', '--keep', '--scale', '0.05', '--folder', folder]);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toContain('c_invoice');
    expect(shown.stdout).toContain(join(folder, 'home'));

    const home = join(folder, 'home');
    const settings = loadSettings(home);
    const [connection] = settings.connections;
    if (connection === undefined) throw new Error('the demo has a branch');
    const [source, central] = await Promise.all([connect(connection, home), connect(settings.central, home)]);
    const tables = await tablesOf(source);
    expect(tables.length).toBeGreaterThanOrEqual(24);
    for (const table of tables) {
      const found = await difference(source, central, { table, connection: connection.id });
      expect(found).toMatchObject({ onlySource: 0, onlyCentral: 0 });
      expect(found.rows).toBeGreaterThan(0);
    }
    await Promise.all([source.end(), central.end()]);

    // A day at the branch, and a second sync with another command, as the demo suggests.
    expect((await runCli(['demo', 'change', '--folder', folder])).code).toBe(0);
    expect((await runCli(['--data-dir', home, 'sync-all'])).code).toBe(0);
  } finally {
    const stopped = await runCli(['demo', 'stop', '--folder', folder]);
    expect(stopped.code).toBe(0);
    rmSync(parent, { recursive: true, force: true });
  }
});

async function connect(endpoint: EndpointSettings, home: string): Promise<pg.Client> {
  const { host, port, database, user } = endpoint;
  const password = resolvePassword(endpoint, home, process.env, (file) => readFileSync(file, 'utf8'));
  const client = new pg.Client({ host, port, database, user, password: password ?? '' });
  await client.connect();
  return client;
}
