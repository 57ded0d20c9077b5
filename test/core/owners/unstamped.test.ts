import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { CONNECTION, listen, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { holes, outcome, paste, printed, sqlIn } from '../messages/support/printed.ts';

const TABLES: readonly (readonly [string, string, string])[] = [
  ['a primary key', 'id int PRIMARY KEY, name text', 'id int PRIMARY KEY, name text'],
  [
    'a key of two columns',
    'id int, part int, name text, PRIMARY KEY (id, part)',
    'part int, id int, name text, PRIMARY KEY (part, id)',
  ],
  [
    'a key of its own',
    'id int PRIMARY KEY, name text',
    'row_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id int, name text',
  ],
  ['no key', 'id int, name text', 'id int, name text'],
];

async function withTable(pair: DatabasePair, source: string, central: string): Promise<void> {
  await atBranch(pair, `CREATE TABLE item (${source})`);
  const part = source.includes('part') ? ', part' : '';
  await atBranch(pair, `INSERT INTO item (id, name${part}) VALUES (1, 'kopi'${part && ', 1'})`);
  await atCentral(
    pair,
    `CREATE TABLE item (${central})`,
    `INSERT INTO item (id, name${part}) VALUES (1, 'from before'${part && ', 1'})`,
    'ALTER TABLE item OWNER TO branchline',
  );
}

test.each(TABLES)(
  'layout stamp refuses a table of head office without the stamp (%s), and the SQL that adds it runs as printed',
  async (_, source, central) => {
    await using pair = await freshDatabases();
    await withTable(pair, source, central);
    using home = makeHome(pair, { central: { layout: 'stamp' } });
    await using engine = home.open();

    const { batch, table } = await sync(engine);
    const text = printed(engine, batch.batch_id);

    expect(table('item').error_code).toBe('central_unstamped');
    expect(text).toContain('Head office has no column source_connection in public.item');
    expect(text).toContain('"layout": "auto"');
    expect(holes(engine, batch.batch_id)).toEqual([]);
    expect(await fromCentral(pair, 'SELECT name FROM item')).toEqual([['from before']]);
    expect(await verifyTable(engine, 'item', true)).toMatchObject({ failure: { code: 'central_unstamped' } });

    await paste(pair.central, sqlIn(text));
    expect(await outcome(engine)).toBe('completed');
    expect(await fromCentral(pair, 'SELECT source_connection, id, name FROM item ORDER BY 1')).toEqual([
      ['(unknown)', '1', 'from before'],
      [CONNECTION, '1', 'kopi'],
    ]);
    await atBranch(pair, "UPDATE item SET name = 'teh'");
    expect(await outcome(engine)).toBe('completed');
    expect(await verifyTable(engine, 'item')).toMatchObject({ result: 'equal' });
  },
);

test('a table that was copied as merge is refused from the moment on that the settings say stamp', async () => {
  await using pair = await freshDatabases();
  await withTable(pair, 'id int PRIMARY KEY, name text', 'id int PRIMARY KEY, name text');
  using before = makeHome(pair);
  {
    await using engine = before.open();
    await sync(engine);
  }
  using home = makeHome(pair, { central: { layout: 'stamp' } });
  await using engine = home.open();
  await atCentral(pair, 'UPDATE branchline.sources SET heartbeat = NULL');

  expect((await sync(engine)).table('item').error_code).toBe('central_unstamped');
});

test('layout auto merges such tables, and says so once, with what does not travel there', async () => {
  await using pair = await freshDatabases();
  await withTable(pair, 'id int PRIMARY KEY, name text', 'id int PRIMARY KEY, name text');
  await atBranch(pair, 'CREATE TABLE stamped (id int PRIMARY KEY)');
  using home = makeHome(pair);
  await using engine = home.open();
  const events = listen(engine);

  await sync(engine);
  await sync(engine, { strategy: 'full' });

  const notices = events.filter((one) => one.type === 'notice');
  expect(notices).toEqual([
    {
      type: 'notice',
      connection: CONNECTION,
      table: null,
      notice: { code: 'merged_tables', params: { tables: 'item' } },
    },
  ]);
  expect(await fromCentral(pair, 'SELECT name FROM item')).toEqual([['kopi']]);
});
