import { expect, test } from 'vitest';
import { FleetReader } from '../../../src/core/headOffice/fleet.ts';
import { loadHeadOfficeSettings, loadSettings } from '../../../src/core/settings/load.ts';
import { UsageError } from '../../../src/shared/errors.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, type Home, makeHome } from '../../support/home.ts';

/** A reader that signs in as the branches do: whatever it may not do, it is not for lack of rights. */
function openReader({ folder }: Home): Promise<FleetReader> {
  return FleetReader.open(loadSettings(folder).central, folder, 'branchline-head-office');
}

const madeUp = (from: number, to: number): string =>
  `INSERT INTO branchline.installations SELECT 'made_' || n, 'i', 'Branch ' || n, 'host', '0.1', now(), now() + interval '1 hour',
     0, 26, now(), 2, 0, NULL, 0, NULL, NULL FROM generate_series(${from}, ${to}) n`;

const LAST_WEEK = Array.from({ length: 8 }, (_, index) =>
  new Date(Date.now() + (index - 7) * 86_400_000 + 3_600_000).toISOString(),
);

test('only the branches of changed groups are read again', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)', 'INSERT INTO item VALUES (1), (2)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, madeUp(1, 200));
  await using reader = await openReader(home);

  const { found, sums } = await reader.branchesWithSums();
  expect(found).toHaveLength(201);
  expect(await reader.changedSince(sums)).toBeNull();

  await atCentral(
    pair,
    "UPDATE branchline.installations SET failed_tables = 1 WHERE connection = 'made_7'",
    "UPDATE branchline.installations SET retired_at = now() WHERE connection = 'made_9'",
    madeUp(201, 201),
  );
  const changed = await reader.changedSince(sums);
  expect(changed?.found.length).toBeLessThan(40);
  const byId = new Map(changed?.found.map(({ branch }) => [branch.connection, branch]));
  expect(byId.get('made_7')).toMatchObject({ state: 'failed', failed_tables: 1 });
  expect(byId.has('made_9')).toBe(false);
  const gone = found.find(({ branch }) => branch.connection === 'made_9');
  expect(changed?.groups?.has(gone?.group ?? '')).toBe(true);
  expect(byId.has('made_201')).toBe(true);
  expect(await reader.changedSince(changed?.sums ?? new Map())).toBeNull();
});

test('a branch is read in detail: its days, its batches and their tables', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item VALUES (1), (2)',
    'CREATE TABLE secret (id int PRIMARY KEY)',
    `REVOKE SELECT ON secret FROM ${pair.source.user}`,
  );
  using home = makeHome(pair);
  await using engine = home.open();
  const { batch } = await sync(engine);
  await using reader = await openReader(home);

  const days = await reader.days(LAST_WEEK, null);
  expect(days.get(CONNECTION)).toMatchObject([[6, 1, 1, 0, 2, expect.any(Number)]]);
  expect(await reader.days(LAST_WEEK, ['other'])).toEqual(new Map());
  const { batches, tables } = await reader.details(CONNECTION);
  expect(batches).toMatchObject([{ batch_id: batch.batch_id, status: 'failed', failed_tables: 1 }]);
  expect(tables).toMatchObject([
    { table_name: 'item', status: 'completed', records_processed: 2 },
    { table_name: 'secret', status: 'failed', error_code: 'source_permission' },
  ]);
  expect(await reader.batchTables(CONNECTION, batch.batch_id)).toMatchObject([
    { table_name: 'secret' },
    { table_name: 'item' },
  ]);
  expect(await reader.batchTables("x' OR true --", batch.batch_id)).toEqual([]);
});

test('the session of head office cannot write, whatever its role may', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  // Whatever is read here tries to write: a view that head office's owner has replaced.
  await atCentral(
    pair,
    'CREATE TABLE public.written (at timestamptz)',
    `CREATE FUNCTION public.wrote() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO public.written VALUES (now()); RETURN current_setting('default_transaction_read_only'); END $$`,
    'GRANT INSERT ON public.written TO PUBLIC',
  );
  const [[definition = ''] = []] = await fromCentral(
    pair,
    "SELECT pg_get_viewdef('branchline.branch_health'::regclass)",
  );
  await using reader = await openReader(home);
  expect(await reader.branches()).toHaveLength(1);
  await atCentral(
    pair,
    `CREATE OR REPLACE VIEW branchline.branch_health AS SELECT * FROM (${String(definition).replace(';', '')}) h
       WHERE public.wrote() IS NOT NULL`,
  );
  await expect(reader.branches()).rejects.toThrow(/read-only transaction/);
  expect(await fromCentral(pair, 'SELECT * FROM public.written')).toEqual([]);
  await atCentral(
    pair,
    `CREATE OR REPLACE FUNCTION public.wrote() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
       RAISE EXCEPTION 'by default %', current_setting('default_transaction_read_only'); END $$`,
  );
  await expect(reader.branches()).rejects.toThrow('by default on');
});

test('tables of an older version are told apart from missing ones', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await using reader = await openReader(home);
  await atCentral(
    pair,
    'DROP VIEW branchline.branch_health',
    `SET ROLE ${pair.central.user}`,
    'CREATE VIEW branchline.branch_health AS SELECT connection, label FROM branchline.installations',
  );
  await expect(reader.branches()).rejects.toMatchObject({ code: 'fleet_outdated' });
  await atCentral(pair, 'DROP VIEW branchline.branch_health');
  await expect(reader.branches()).rejects.toBeInstanceOf(UsageError);
  await expect(reader.branches()).rejects.toMatchObject({ code: 'fleet_missing' });
});

test('settings of head office need no connections', async () => {
  const pair = { source: SOMEWHERE, central: SOMEWHERE } as unknown as DatabasePair;
  using home = makeHome(pair, {});
  const { writeFileSync } = await import('node:fs');
  writeFileSync(
    `${home.folder}/settings.json`,
    '{"central":{"host":"h","database":"d","user":"u"},"language":"id"}',
  );
  expect(loadHeadOfficeSettings(home.folder)).toMatchObject({ connections: [], language: 'id' });
  expect(() => loadSettings(home.folder)).toThrow(UsageError);
  writeFileSync(`${home.folder}/settings.json`, '[]');
  expect(() => loadHeadOfficeSettings(home.folder)).toThrow(UsageError);
});

const SOMEWHERE = { host: 'h', port: 1, database: 'd', user: 'u', password: 'p' };
