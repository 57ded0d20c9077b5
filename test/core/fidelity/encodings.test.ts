import { expect, test } from 'vitest';
import { SOURCE_GRANTS } from '../../../src/demo/roles.ts';
import { atBranch, fromCentral, run, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { connectTo } from '../../support/servers.ts';

/** Makes the branch's database anew, in another encoding. */
async function encode(pair: DatabasePair, encoding: string): Promise<void> {
  const { database } = pair.source;
  const owner = await connectTo(pair.source);
  try {
    await owner.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await owner.query(`CREATE DATABASE ${database} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
  } finally {
    await owner.end();
  }
  await run(pair.source, ...SOURCE_GRANTS);
}

test('texts of a LATIN1 branch arrive as UTF-8, keys and names included', async () => {
  await using pair = await freshDatabases();
  await encode(pair, 'LATIN1');
  await atBranch(
    pair,
    'CREATE TABLE "Größe" ("Schlüssel" text PRIMARY KEY, wert text)',
    "INSERT INTO \"Größe\" VALUES ('é', 'Ünï ½'), ('z', E'\\n')",
  );
  using home = makeHome(pair, { sync: { chunkRows: 1 } });
  await using engine = home.open();

  expect((await sync(engine)).table('Größe')).toMatchObject({ error_message: null, status: 'completed' });
  expect(
    await fromCentral(pair, 'SELECT "Schlüssel", wert FROM "Größe" ORDER BY "Schlüssel" COLLATE "C"'),
  ).toEqual([
    ['z', '\n'],
    ['é', 'Ünï ½'],
  ]);
});

test('a SQL_ASCII branch that holds UTF-8 arrives; other bytes fail their table with the value', async () => {
  await using pair = await freshDatabases();
  await encode(pair, 'SQL_ASCII');
  await atBranch(
    pair,
    'CREATE TABLE good (id int PRIMARY KEY, note text)',
    "INSERT INTO good VALUES (1, 'suhu 27 °C 🔥')",
    'CREATE TABLE bad (id int PRIMARY KEY, note text)',
    "INSERT INTO bad VALUES (1, convert_from('\\xe9', 'SQL_ASCII'))",
  );
  using home = makeHome(pair);
  await using engine = home.open();

  const { table } = await sync(engine);

  expect(table('good')).toMatchObject({ error_message: null, status: 'completed' });
  expect(await fromCentral(pair, 'SELECT note FROM good')).toEqual([['suhu 27 °C 🔥']]);
  expect(table('bad')).toMatchObject({ status: 'failed', error_code: 'data_rejected' });
  expect(table('bad').error_message).toContain('0xe9');
});
