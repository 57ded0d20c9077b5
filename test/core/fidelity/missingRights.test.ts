import { expect, test } from 'vitest';
import { CENTRAL_ROLE, SOURCE_ROLE } from '../../../src/demo/endpoint.ts';
import type { EngineEvent } from '../../../src/shared/contract.ts';
import { atBranch, atCentral, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { type Home, listen, makeHome } from '../../support/home.ts';
import { strategyOf } from '../marks/support/strategyOf.ts';

const ITEMS = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  'CREATE TABLE other (id int PRIMARY KEY, note text)',
  "INSERT INTO other VALUES (1, 'a')",
];

function hiddenIn(events: readonly EngineEvent[]) {
  return events.filter((event) => event.type === 'history_hidden');
}

test('a server where nobody may use md5, as under FIPS, is read like any other (B)', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEMS, 'REVOKE EXECUTE ON FUNCTION md5(text), md5(bytea) FROM PUBLIC');
  await atCentral(pair, 'REVOKE EXECUTE ON FUNCTION md5(text), md5(bytea) FROM PUBLIC');
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();

  const first = await sync(engine);
  await atBranch(pair, "UPDATE item SET note = 'A' WHERE id = 1");
  const second = await sync(engine);

  expect(first.batch.status).toBe('completed');
  expect(second.table('item')).toMatchObject({ strategy: 'changes', records_processed: 1 });
  expect((await engine.verify({ trigger: 'cli' })).tables.every((one) => one.result === 'equal')).toBe(true);
});

const HISTORY = [
  ['pg_control_checkpoint()'],
  ['pg_control_checkpoint()', 'pg_control_system()'],
  ['pg_current_wal_flush_lsn()', 'pg_postmaster_start_time()'],
];

test.each(HISTORY)(
  'without %s tables are compared, said once with the statement that mends it (B)',
  async (...functions) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...ITEMS, `REVOKE EXECUTE ON FUNCTION ${functions.join(', ')} FROM PUBLIC`);
    using home = makeHome(pair);
    await using engine = home.open();
    const events = listen(engine);

    expect((await sync(engine)).batch.status).toBe('completed');
    await atBranch(pair, "UPDATE item SET note = 'A' WHERE id = 1", 'DELETE FROM item WHERE id = 2');
    events.length = 0;
    const second = await sync(engine);

    expect(second.batch.status).toBe('completed');
    expect(strategyOf(engine, second.batch.batch_id, 'item')).toEqual(['compare', 'history_hidden']);
    expect(await fromCentral(pair, 'SELECT id, note FROM item')).toEqual([['1', 'A']]);
    const [said, ...more] = hiddenIn(events);
    expect(more).toEqual([]);
    const names = functions.map((one) => `pg_catalog.${one}`).join(', ');
    expect(said).toMatchObject({
      connection: 'pgsql_lmp',
      sql: `GRANT EXECUTE ON FUNCTION ${names} TO "${SOURCE_ROLE}";`,
    });

    await run(pair.source, said?.sql ?? '');
    await settled(pair.source);
    // The mark of the last pass says nothing; that of this one does.
    await sync(engine);
    events.length = 0;
    const last = await sync(engine);
    expect(hiddenIn(events)).toEqual([]);
    expect(strategyOf(engine, last.batch.batch_id, 'item')).toEqual(['changes', 'row_versions']);
  },
);

test('a server that no longer says which it is stops before it writes, and the statement that is offered mends it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...ITEMS);
  using home = makeHome(pair);
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('completed');
  await atBranch(pair, 'REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC');

  const refused = (await sync(engine)).table('item').error_detail;

  expect(refused).toMatchObject({ code: 'source_identity_hidden', params: { connection: 'pgsql_lmp' } });
  await run(pair.source, String(refused?.params.sql));
  expect((await sync(engine)).batch.status).toBe('completed');
});

test('a statement time-out of the role is no reason to fail, however many tables there are (B)', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    `DO $$ BEGIN FOR n IN 1..800 LOOP EXECUTE format(
       'CREATE TABLE t_%s (id int PRIMARY KEY, a text, b numeric(10,2), c timestamptz, d varchar(20))', n); END LOOP; END $$`,
  );
  await limited(pair, '20ms');
  using home: Home = makeHome(pair, { connection: { tables: ['t_1', 't_800'] } });
  await using engine = home.open();

  const { batch, table } = await sync(engine, { tables: ['*'] });

  expect(table('t_800')).toMatchObject({ error_message: null, status: 'completed' });
  expect(batch).toMatchObject({ status: 'completed', total_tables: 2 });
});

async function limited({ source, central }: DatabasePair, limit: string): Promise<void> {
  await run(
    source,
    `ALTER ROLE ${SOURCE_ROLE} IN DATABASE ${source.database} SET statement_timeout = '${limit}'`,
  );
  await run(
    central,
    `ALTER ROLE ${CENTRAL_ROLE} IN DATABASE ${central.database} SET statement_timeout = '${limit}'`,
  );
}
