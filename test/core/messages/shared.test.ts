import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../../src/core/engine.ts';
import type { Engine } from '../../../src/core/engineApi.ts';
import { systemPorts } from '../../../src/core/ports.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { holes, outcome, paste, printed, sqlIn } from './support/printed.ts';

/** An engine with two systems that go to one head office. */
function bothSystems(folder: string, first: DatabasePair, second: DatabasePair, layout: string): Engine {
  const endpoint = ({ host, port, database, user }: DatabasePair['source']) => ({
    host,
    port,
    database,
    user,
    passfile: join(folder, 'pgpass'),
  });
  writeFileSync(
    join(folder, 'pgpass'),
    [first.source, second.source, first.central]
      .map((one) => `*:*:${one.database}:*:${one.password}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const connections = [
    { id: 'erp', ...endpoint(first.source), schema: 'adempiere' },
    { id: 'billing', ...endpoint(second.source), schema: 'adempiere' },
  ];
  const settings = { central: { ...endpoint(first.central), layout }, connections };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  return openEngine(systemPorts({ log: () => {} }), { folder, settings: loadSettings(folder) });
}

describe.each(['stamp', 'merge'])('layout %s', (layout) => {
  test.each([
    [
      'another key',
      'CREATE TABLE account (code text PRIMARY KEY, name int)',
      "INSERT INTO account VALUES ('a', 5)",
    ],
    [
      'another type',
      'CREATE TABLE account (id int PRIMARY KEY, name date)',
      "INSERT INTO account VALUES (1, '2025-11-08')",
    ],
  ])(
    'one table name for different things, with %s: the other system is named, and no change of its table is advised (E6)',
    async (_, create, insert) => {
      await using erp = await freshDatabases();
      await using billing = await freshDatabases();
      await atBranch(
        erp,
        'CREATE TABLE account (id int PRIMARY KEY, name int)',
        'INSERT INTO account VALUES (1, 5)',
      );
      await atBranch(billing, create, insert);
      using home = makeHome(erp);
      await using engine = bothSystems(home.folder, erp, billing, layout);

      expect((await sync(engine, { connections: ['erp'] })).batch.status).toBe('completed');
      const { batch, table } = await sync(engine, { connections: ['billing'] });
      const text = printed(engine, batch.batch_id);

      expect(table('account').error_code).toBe('central_table_shared');
      expect(text).toContain('erp made public.account at head office with other columns');
      expect(text).toContain('"layout": "schema"');
      expect(text).not.toContain('ADD UNIQUE');
      expect(holes(engine, batch.batch_id)).toEqual([]);
      expect((await sync(engine, { connections: ['erp'] })).batch.status).toBe('completed');
    },
  );
});

test('a table of head office that lacks the key’s column: the SQL adds both, and runs', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY, name text)',
    "INSERT INTO item VALUES (1, 'a')",
  );
  await atCentral(pair, 'CREATE TABLE item (name text)', 'ALTER TABLE item OWNER TO branchline');
  using home = makeHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);
  const text = printed(engine, batch.batch_id);

  expect(table('item').error_code).toBe('central_key_missing');
  expect(text).toContain('Head office has no unique key on "id" in public.item');
  await paste(pair.central, sqlIn(text));
  expect(await outcome(engine)).toBe('completed');
  expect(await fromCentral(pair, 'SELECT id, name FROM item')).toEqual([['1', 'a']]);
});
