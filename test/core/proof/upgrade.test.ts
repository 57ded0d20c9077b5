import { expect, test } from 'vitest';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { verifyTable } from '../compare/support.ts';

/** Makes the checkpoints of an installation what version 1 had. */
function asOfVersion1(pair: DatabasePair): Promise<void> {
  return atCentral(
    pair,
    `ALTER TABLE branchline.checkpoints DROP COLUMN removed, DROP COLUMN removed_of, DROP COLUMN removed_since,
       DROP COLUMN counted_at, DROP COLUMN unproven, DROP COLUMN rewritten, DROP COLUMN follows`,
    'ALTER TABLE branchline.sources DROP COLUMN fence, DROP COLUMN unchanged',
    'DELETE FROM branchline.setup WHERE version > 1',
    'INSERT INTO branchline.setup (version) VALUES (1) ON CONFLICT DO NOTHING',
  );
}

const STOCK = [
  'CREATE TABLE stock (id int PRIMARY KEY)',
  'INSERT INTO stock SELECT generate_series(1, 5000)',
];

test('an installation of version 1 goes on where it was, and has the brake from then on', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...STOCK);
  await settled(pair.source);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await asOfVersion1(pair);

  // Looking changes nothing at head office.
  expect(await verifyTable(engine, 'stock')).toMatchObject({ result: 'equal' });
  expect(await fromCentral(pair, 'SELECT max(version) FROM branchline.setup')).toEqual([['1']]);

  const { table } = await sync(engine);
  expect(table('stock')).toMatchObject({ status: 'completed', records_processed: 0 });
  expect(await fromCentral(pair, 'SELECT max(version) FROM branchline.setup')).toEqual([['5']]);
  await atBranch(pair, 'DELETE FROM stock WHERE id % 2 = 0');
  for (let run = 0; run < 4; run++) {
    const braked = await sync(engine, { strategy: 'full' });
    expect(braked.table('stock').error_detail).toMatchObject({
      code: 'too_many_deletes',
      params: { deletes: 2500, rows: 5000, gone: 0 },
    });
  }
});

test('where the tables of version 1 are an administrator’s, the SQL that is offered makes the upgrade go', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, ...STOCK);
  using home = makeHome(pair);
  await using engine = home.open();
  await sync(engine);
  await asOfVersion1(pair);
  await atCentral(
    pair,
    'ALTER TABLE branchline.checkpoints OWNER TO CURRENT_USER',
    'GRANT ALL ON branchline.checkpoints TO branchline',
  );

  const { table } = await sync(engine);
  expect(table('stock').error_code).toBe('central_set_up_denied');
  await atCentral(pair, String(table('stock').error_detail?.params.sql));
  expect((await sync(engine)).table('stock').status).toBe('completed');
});
