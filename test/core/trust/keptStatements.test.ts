import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';

const TABLES = Array.from({ length: 8 }, (_, at) => `item_${at}`);
const FORGET = "$$ BEGIN EXECUTE 'DEALLOCATE ALL'; RETURN";

test('triggers of head office that make its server forget what it keeps for us cost another attempt, not the table', async () => {
  await using pair = await freshDatabases();
  await atBranch(
    pair,
    ...TABLES.flatMap((name) => [
      `CREATE TABLE ${name} (id int PRIMARY KEY, a text)`,
      `INSERT INTO ${name} VALUES (1, 'x'), (2, 'y')`,
    ]),
  );
  await atCentral(
    pair,
    `CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS ${FORGET} new; END $$`,
  );
  using home = makeHome(pair, { sync: { parallelTables: 1 } });
  await using engine = home.open();
  await sync(engine);
  for (const name of TABLES)
    await atCentral(
      pair,
      `CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON public.${name} FOR EACH ROW EXECUTE FUNCTION public.forget()`,
    );
  // Another form of a table makes the next run ask head office about it, between its writes.
  await atBranch(
    pair,
    ...TABLES.flatMap((name) => [`ALTER TABLE ${name} ADD b int`, `UPDATE ${name} SET a = 'new'`]),
  );

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  for (const name of TABLES)
    expect(await fromCentral(pair, `SELECT DISTINCT a FROM public.${name}`)).toEqual([['new']]);
});
