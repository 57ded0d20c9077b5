import { expect, test } from 'vitest';
import { fromCentral, sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { atMirror, expectMirrored, MIRROR, mirrorHome, onBoth, work } from './support/both.ts';

test("head office's triggers fire for rows that come, change and go, and not for those that stay", async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, 'CREATE TABLE stock (id int PRIMARY KEY, amount int)');
  await atMirror(
    pair,
    'CREATE SCHEMA IF NOT EXISTS branchline',
    'CREATE TABLE branchline.audit (what text, id int)',
    `CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN INSERT INTO branchline.audit VALUES (TG_OP, coalesce(NEW.id, OLD.id)); RETURN NULL; END $$`,
    'CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON stock FOR EACH ROW EXECUTE FUNCTION note_change()',
  );
  await work(pair, 'INSERT INTO stock SELECT n, n FROM generate_series(1, 5) n');
  using home = mirrorHome(pair);
  await using engine = home.open();
  await sync(engine);
  await work(
    pair,
    'UPDATE stock SET amount = 9 WHERE id = 2',
    'UPDATE stock SET amount = amount WHERE id = 3',
    'DELETE FROM stock WHERE id = 4',
    'INSERT INTO stock VALUES (6, 6)',
  );

  await sync(engine);

  expect(await fromCentral(pair, 'SELECT what, id FROM branchline.audit OFFSET 5')).toEqual([
    ['UPDATE', '2'],
    ['INSERT', '6'],
    ['DELETE', '4'],
  ]);
  expect(await fromCentral(pair, `SELECT count(*) FROM ${MIRROR}.stock`)).toEqual([['5']]);
  await expectMirrored(pair);
});
