import { expect, test, vi } from 'vitest';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { between, broughtAgain, expectMirrored, heard, mirrorHome, onBoth, work } from './support/both.ts';

const ORDERS = [
  'CREATE TABLE customer (id int PRIMARY KEY, name text)',
  'CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer)',
];
const ROWS = [
  "INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 100) n",
  'INSERT INTO orders SELECT n, 1 + n % 100 FROM generate_series(1, 100) n',
];
const NEW_ONES = ["INSERT INTO customer VALUES (101, 'new')", 'INSERT INTO orders VALUES (101, 101)'];

test('a parent and its child that appear between the two passes both arrive with this batch', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...ORDERS);
  await work(pair, ...ROWS);
  using home = mirrorHome(pair);
  await using engine = home.open();
  const { done } = between(pair, engine, 'customer', 'orders', ...NEW_ONES);

  const { batch, table } = await sync(engine);
  await done;

  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['customer for orders']);
  expect(table('orders')).toMatchObject({ records_processed: 101, retry_count: 0 });
  expect(table('customer')).toMatchObject({ status: 'completed', records_processed: 100 });
  await expectMirrored(pair);
});

test('a whole chain that appears is brought again from its end', async () => {
  await using pair = await freshDatabases();
  await onBoth(
    pair,
    ...ORDERS,
    'CREATE TABLE line (id int PRIMARY KEY, order_id int NOT NULL REFERENCES orders)',
  );
  await work(pair, ...ROWS, 'INSERT INTO line SELECT n, n FROM generate_series(1, 100) n');
  using home = mirrorHome(pair);
  await using engine = home.open();
  const { done } = between(pair, engine, 'orders', 'line', ...NEW_ONES, 'INSERT INTO line VALUES (101, 101)');

  const { batch } = await sync(engine);
  await done;

  expect(batch.status).toBe('completed');
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['orders for line', 'customer for orders']);
  await expectMirrored(pair);
});

test('with the parent done before the batch was resumed, it is brought again all the same', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...ORDERS);
  await work(pair, ...ROWS);
  using home = mirrorHome(pair, { sync: { parallelTables: 1 } });
  await using engine = home.open();
  const stop = new AbortController();
  engine.on((event) => {
    if (event.type === 'table_ended' && event.table === 'customer') stop.abort('user');
  });
  const { batch_id } = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  await work(pair, ...NEW_ONES);

  const resumed = await engine.resume(batch_id, { trigger: 'cli' });

  expect(resumed.batch.status).toBe('completed');
  expect(broughtAgain(engine, batch_id)).toEqual(['customer for orders']);
  await expectMirrored(pair);
});

test('stopped while the parent is brought again, the child fails for nothing and goes on when it is resumed', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...ORDERS);
  await work(pair, ...ROWS);
  using home = mirrorHome(pair);
  await using engine = home.open();
  const stop = new AbortController();
  const { done } = between(pair, engine, 'customer', 'orders', ...NEW_ONES);
  const begun = heard(engine, (event) => event.type === 'table_started' && event.table === 'orders');
  const lock = await pair.source.connectAdmin();
  const stopped = begun.then(async () => {
    // The customers' turn is over; they come again, and stand still here until the run is stopped.
    await lock.query('BEGIN; LOCK TABLE adempiere.customer IN ACCESS EXCLUSIVE MODE');
    const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'adempiere.customer'::regclass";
    const stands = async (): Promise<boolean> => (await lock.query(waiting)).rowCount === 1;
    await vi.waitUntil(stands, { timeout: 20_000, interval: 20 });
    stop.abort('user');
    await lock.query('ROLLBACK');
    await lock.end();
  });

  const { batch_id, status } = await engine.syncAll({ trigger: 'cli' }, { stop: stop.signal });
  await Promise.all([done, stopped]);
  const { tables } = engine.batch(batch_id);
  expect(tables.map((row) => `${row.table_name} ${row.status}`).sort()).toEqual([
    'customer completed',
    'orders in_progress',
  ]);
  expect(status).toBe('interrupted');

  expect((await engine.resume(batch_id, { trigger: 'cli' })).batch.status).toBe('completed');
  await expectMirrored(pair);
});

test('a child whose parent the branch does not have fails alone, names the rule, and says what to do', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...ORDERS, 'CREATE TABLE other (id int PRIMARY KEY)');
  await work(
    pair,
    ...ROWS,
    'INSERT INTO other VALUES (1)',
    'ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey',
    'INSERT INTO orders VALUES (500, 999)',
  );
  using home = mirrorHome(pair);
  await using engine = home.open();

  const { batch, table } = await sync(engine);

  expect(batch).toMatchObject({ status: 'failed', failed_tables: 1, completed_tables: 2 });
  const { error_code, error_detail, error_message } = table('orders');
  expect(error_code).toBe('parent_lacking');
  expect(error_message).toContain('Key (customer_id)=(999) is not present in table "customer"');
  expect(error_detail && createTranslator('en').failure(error_detail).sentence).toBe(
    'Head office does not take rows of pgsql_lmp.orders: its rule orders_customer_id_fkey wants a row of customer for each, and customer, just brought up to date, has none for some.',
  );
  expect(broughtAgain(engine, batch.batch_id)).toEqual(['customer for orders']);

  await work(pair, 'DELETE FROM orders WHERE id = 500');
  expect((await sync(engine)).batch.status).toBe('completed');
  await expectMirrored(pair);
});
