import { expect, test } from 'vitest';
import type { ConnectionTable } from '../../../src/core/batch/connectionRun.ts';
import { TableQueue, tableOrder } from '../../../src/core/batch/tableQueue.ts';
import { type ForeignKey, ForeignKeys } from '../../../src/core/target/foreignKeys.ts';
import { sync } from '../../support/branch.ts';
import { freshDatabases } from '../../support/databases.ts';
import { listen } from '../../support/home.ts';
import { broughtAgain, expectMirrored, mirrorHome, onBoth, work } from './support/both.ts';

/** `line>invoice`: rows of `line` point to rows of `invoice`. */
function keysOf(...arrows: readonly string[]): ForeignKeys {
  return new ForeignKeys(
    arrows.map((arrow): ForeignKey => {
      const [child = '', parent = ''] = arrow.split('>');
      return { name: arrow, on: child, child, parent, onDelete: 'a', onUpdate: 'a' };
    }),
  );
}

function tableOf(table: string): ConnectionTable {
  return { table, shape: null, strategy: null, cursor: null, mayDelete: false };
}

test('a table is as deep as the longest chain of tables that it points along', () => {
  const keys = keysOf('b>a', 'c>b', 'c>a', 'd>d', 'e>elsewhere');
  const order = tableOrder(['e', 'd', 'c', 'b', 'a'], keys);

  expect(['a', 'b', 'c', 'd', 'e'].map((one) => order.depth(one))).toEqual([0, 1, 2, 0, 0]);
  expect([...order.before('c')].sort()).toEqual(['a', 'b']);
  expect(order.before('d').size).toBe(0);
});

test('tables of a cycle are equally deep, come after what any of them points to, and not side by side', () => {
  const keys = keysOf('user>partner', 'partner>user', 'user>org', 'invoice>partner');
  const order = tableOrder(['invoice', 'partner', 'user', 'org'], keys);

  expect(['org', 'user', 'partner', 'invoice'].map((one) => order.depth(one))).toEqual([0, 1, 1, 2]);
  expect([...order.before('partner')]).toEqual(['org']);
  expect([...order.beside('partner')]).toEqual(['user']);
  expect([...order.before('invoice')].sort()).toEqual(['org', 'partner', 'user']);
});

test('a table is given out only when all that it points to is done', async () => {
  const tables = ['line', 'invoice', 'note'].map(tableOf);
  const queue = new TableQueue(tables, keysOf('line>invoice'));
  const taken: string[] = [];
  const take = async (): Promise<void> => {
    const next = await queue.take(() => false);
    if (next !== undefined) taken.push(next.table);
  };

  await take();
  await take();
  const last = take();
  expect(taken).toEqual(['invoice', 'note']);
  queue.ended('note');
  await Promise.resolve();
  expect(taken).toEqual(['invoice', 'note']);
  queue.ended('invoice');
  await last;
  expect(taken).toEqual(['invoice', 'note', 'line']);
});

test('who waits for a table goes home when the run ends meanwhile', async () => {
  const queue = new TableQueue(['line', 'invoice'].map(tableOf), keysOf('line>invoice'));
  let ends = false;
  await queue.take(() => ends);
  const waiting = queue.take(() => ends);
  ends = true;
  queue.ended('invoice');

  expect(await waiting).toBeUndefined();
  expect(queue.drain().map((one) => one.table)).toEqual(['line']);
});

const SHOP = [
  'CREATE TABLE partner (id int PRIMARY KEY, name text)',
  'CREATE TABLE invoice (id int PRIMARY KEY, partner_id int NOT NULL REFERENCES partner)',
  'CREATE TABLE line (id int PRIMARY KEY, invoice_id int NOT NULL REFERENCES invoice, note text) PARTITION BY RANGE (id)',
  'CREATE TABLE line_1 PARTITION OF line FOR VALUES FROM (0) TO (2000)',
  'CREATE TABLE line_2 PARTITION OF line FOR VALUES FROM (2000) TO (10000)',
];

test('with two workers and the largest table at the end of the chain, no row is refused', async () => {
  await using pair = await freshDatabases();
  await onBoth(pair, ...SHOP);
  await work(
    pair,
    "INSERT INTO partner SELECT n, 'partner ' || n FROM generate_series(1, 50) n",
    'INSERT INTO invoice SELECT n, 1 + n % 50 FROM generate_series(1, 500) n',
    "INSERT INTO line SELECT n, 1 + n % 500, repeat('x', 200) FROM generate_series(1, 4000) n",
  );
  using home = mirrorHome(pair, { sync: { parallelTables: 2, chunkRows: 300 } });
  await using engine = home.open();
  const events = listen(engine);

  const { batch } = await sync(engine);

  expect(batch.status).toBe('completed');
  const told = events.flatMap((one) =>
    one.type === 'table_started' || one.type === 'table_ended' ? [`${one.type} ${one.table}`] : [],
  );
  expect(told).toEqual([
    'table_started partner',
    'table_ended partner',
    'table_started invoice',
    'table_ended invoice',
    'table_started line',
    'table_ended line',
  ]);
  expect(broughtAgain(engine, batch.batch_id)).toEqual([]);
  await expectMirrored(pair);
});
