import { expect, test } from 'vitest';
import { renderStanding } from '../../../src/cli/render/standingView.ts';
import { renderVerifyReport } from '../../../src/cli/render/verifyView.ts';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { VerifyRow } from '../../../src/shared/verify.ts';
import { lookOf } from '../../cli/rows.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';
import { withCentralOf } from './support.ts';

const ITEMS = 'CREATE TABLE item (id int PRIMARY KEY, name text)';
const MERGE = { central: { layout: 'merge' } };

const atCentralNow = (pair: DatabasePair) => fromCentral(pair, 'SELECT id, name FROM item ORDER BY id');

function report(row: VerifyRow): string {
  return renderVerifyReport({ tables: [row], interrupted: false }, lookOf(), 'REPAIR').join('\n');
}

/** What `sync-status` says is open. */
function standing(engine: Engine): string {
  const commands = { repairWith: () => 'REPAIR', verifyWith: () => 'VERIFY' };
  return renderStanding(engine.standing(), '', lookOf(), commands).join('\n');
}

test('two branches with the same keys: which rows collide is said, and no repair that would not last is offered', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi'), (2, 'teh'), (4, 'susu')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (2, 'gula'), (3, 'garam')");
  await settled(lampung.source);
  await settled(bandung.source);
  using first = makeHome(lampung, MERGE);
  using second = makeHome(withCentralOf(bandung, lampung), { ...MERGE, connection: { id: 'pgsql_bdg' } });
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await sync(other);

  const found = await verifyTable(one, 'item');
  expect(found).toMatchObject({
    result: 'differs',
    shared_with: ['pgsql_bdg'],
    collisions: 1,
    different_rows: 1,
    missing_rows: 0,
    examples: [['2']],
  });
  expect(report(found)).toContain('1 of 3 rows have other contents at head office');
  expect(report(found)).toContain('pgsql_bdg');
  expect(report(found)).toContain('layout "stamp" or "schema"');
  expect(report(found)).not.toContain('REPAIR');
  expect(standing(one)).toContain(`another branch has the same keys`);
  expect(standing(one)).toContain('VERIFY');
  expect(standing(one)).not.toContain('REPAIR');

  // Asked for all the same, a repair adds what is missing and leaves the other branch's rows.
  await atCentral(lampung, 'DELETE FROM item WHERE id = 1');
  const missing = await verifyTable(one, 'item');
  expect(missing).toMatchObject({ missing_rows: 1, collisions: 1 });
  expect(report(missing)).toContain('REPAIR');
  expect(await verifyTable(one, 'item', true)).toMatchObject({
    result: 'differs',
    repaired_rows: 1,
    missing_rows: 0,
    collisions: 1,
  });
  expect(await atCentralNow(lampung)).toEqual([
    ['1', 'kopi'],
    ['2', 'gula'],
    ['3', 'garam'],
    ['4', 'susu'],
  ]);

  // Overwriting the other branch is no proof of anything, until a verify has looked; and then the other one differs.
  await sync(one, { strategy: 'full' });
  expect(one.standing().differing).toMatchObject([{ connection: CONNECTION, table: 'item', collides: true }]);
  expect(await verifyTable(one, 'item')).toMatchObject({ result: 'equal' });
  expect(one.standing().differing).toEqual([]);
  expect(await verifyTable(other, 'item')).toMatchObject({ result: 'differs', collisions: 1 });
});

test('where one connection alone writes a merged table, a difference is an edit, and a repair mends it', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await settled(pair.source);
  using home = makeHome(pair, MERGE);
  await using engine = home.open();
  await sync(engine);
  await atCentral(pair, "UPDATE item SET name = 'x'");

  const found = await verifyTable(engine, 'item');
  expect(found).toMatchObject({ result: 'differs', shared_with: [], collisions: null });
  expect(report(found)).toContain('REPAIR');
  expect(engine.standing().differing).toMatchObject([{ collides: false }]);
  expect(standing(engine)).toContain('REPAIR');
  expect(await verifyTable(engine, 'item', true)).toMatchObject({ result: 'repaired', repaired_rows: 1 });
  expect(await atCentralNow(pair)).toEqual([['1', 'kopi']]);
});

test('a row that has changed at the branch since the last sync is no collision', async () => {
  await using lampung = await freshDatabases();
  await using bandung = await freshDatabases();
  await atBranch(lampung, ITEMS, "INSERT INTO item VALUES (1, 'kopi')");
  await atBranch(bandung, ITEMS, "INSERT INTO item VALUES (3, 'garam')");
  await settled(lampung.source);
  using first = makeHome(lampung, MERGE);
  using second = makeHome(withCentralOf(bandung, lampung), { ...MERGE, connection: { id: 'pgsql_bdg' } });
  await using one = first.open();
  await using other = second.open();
  await sync(one);
  await sync(other);
  await atBranch(lampung, "UPDATE item SET name = 'teh'");

  expect(await verifyTable(one, 'item')).toMatchObject({ result: 'behind', collisions: 0, newer_rows: 1 });
  expect(one.standing().differing).toEqual([]);
});
