import { expect, test } from 'vitest';
import type { BatchRow, TableRow } from '../../src/shared/contract.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../support/home.ts';
import { startServer } from '../support/servers.ts';
import { type CliResult, runCli } from './run.ts';

/** The six test cases of the older command-line system, by their names there. */

function branchline(home: Home, ...args: readonly string[]): Promise<CliResult> {
  return runCli(['--data-dir', home.folder, ...args]);
}

interface Shown {
  readonly batch: BatchRow;
  readonly tables: readonly TableRow[];
}

async function show(home: Home, ...args: readonly string[]): Promise<Shown> {
  const { stdout } = await branchline(home, 'sync-status', ...args, '--json');
  return JSON.parse(stdout) as Shown;
}

test('normal sync', async () => {
  await using pair = await freshDatabases({ scale: 0.02 });
  using home = makeHome(pair);

  const { code, stdout } = await branchline(home, 'sync-all');

  expect(code).toBe(0);
  expect(stdout).toMatch(/c_invoice\s+pgsql_lmp\s+\d/);
  const { batch, tables } = await show(home);
  expect(batch).toMatchObject({ status: 'completed', failed_tables: 0, completed_tables: tables.length });
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('interrupted sync, then resume', async () => {
  await using pair = await freshDatabases({ scale: 0.2 });
  using home = makeHome(pair, { sync: { chunkRows: 200, parallelTables: 1 } });
  let interrupted = false;
  let child: { kill(signal: NodeJS.Signals): boolean } | null = null;

  const stopped = await runCli(['--data-dir', home.folder, 'sync-all'], {
    onStart: (started) => {
      child = started;
    },
    onStdout: (text) => {
      // Behind the first completed table: there is something to skip, and something to do.
      if (interrupted || !text.includes(' completed:')) return;
      interrupted = true;
      child?.kill('SIGINT');
    },
  });

  expect(stopped.code).toBe(3);
  const before = await show(home);
  expect(before.batch).toMatchObject({ status: 'interrupted', interruption_reason: 'user' });
  expect(stopped.stdout).toContain(`sync-all --resume ${before.batch.batch_id}`);
  const done = before.tables.filter((row) => row.status === 'completed');
  expect(done.length).toBeGreaterThan(0);
  expect(done.length).toBeLessThan(before.tables.length);

  const resumed = await branchline(home, 'sync-all', '--resume', before.batch.batch_id);

  expect(resumed.code).toBe(0);
  const after = await show(home, before.batch.batch_id);
  expect(after.batch).toMatchObject({ status: 'completed', resume_count: 1 });
  for (const row of done) {
    expect(resumed.stdout).not.toMatch(new RegExp(`/${row.table_name} started`));
    expect(after.tables.find((one) => one.table_name === row.table_name)?.ended_at).toBe(row.ended_at);
  }
  expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
});

test('failed tables', async () => {
  await using server = await startServer();
  await using pair = await freshDatabases({ scale: 0.02, sourceServer: server });
  using home = makeHome(pair);
  await branchline(home, 'sync-all');
  await server.stop();

  const { code } = await branchline(home, 'sync-all');

  expect(code).toBe(1);
  const { batch, tables } = await show(home);
  expect(batch.status).toBe('failed');
  expect(tables.length).toBeGreaterThan(30);
  expect(new Set(tables.map((row) => row.error_code))).toEqual(new Set(['source_unreachable']));
  // At once: not a time-out a table.
  expect(batch.duration_seconds).toBeLessThan(15);
  const failed = await branchline(home, 'sync-status', '--failed');
  // One group with one next step, however many tables it has.
  expect(failed.stdout).toMatch(/ and \d+ more/);
  expect(failed.stdout).toContain('ECONNREFUSED');

  await server.restart();
  const resumed = await branchline(home, 'sync-all', '--resume', batch.batch_id);
  expect(resumed.code).toBe(0);
  expect((await show(home)).batch).toMatchObject({
    batch_id: batch.batch_id,
    status: 'completed',
    failed_tables: 0,
  });
});

test('view all batches', async () => {
  await using pair = await freshDatabases({ scale: 0.02 });
  using home = makeHome(pair);
  const ids: string[] = [];
  for (const table of ['c_order', 'CInvoice', 'M_PRODUCT']) {
    expect((await branchline(home, 'sync-all', '--tables', table)).code).toBe(0);
    ids.unshift((await show(home)).batch.batch_id);
  }

  const { code, stdout } = await branchline(home, 'sync-status', '--all');

  expect(code).toBe(0);
  const places = ids.map((id) => stdout.indexOf(id));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect([...places].sort((a, b) => a - b)).toEqual(places);
});

test('a specific table makes no batch', async () => {
  await using pair = await freshDatabases({ scale: 0.02 });
  using home = makeHome(pair);

  const { code, stdout } = await branchline(
    home,
    'sync-table',
    'CInvoice',
    '--connection',
    CONNECTION,
    '--json',
  );

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    batch: null,
    tables: [{ table_name: 'c_invoice', status: 'completed' }],
  });
  expect(JSON.parse((await branchline(home, 'sync-status', '--all', '--json')).stdout)).toEqual({
    batches: [],
  });
});

test('resume an unknown batch', async () => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);

  const { code, stdout, stderr } = await branchline(home, 'sync-all', '--resume', 'invalid_batch_id');

  expect(code).toBe(2);
  expect(`${stdout}${stderr}`).toContain('Batch ID [invalid_batch_id] not found.');
});
