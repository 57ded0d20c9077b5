import { expect } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import { atBranch, atCentral, fromCentral, sync } from '../../support/branch.ts';
import { countedEarlier } from '../../support/countedEarlier.ts';
import { type DatabasePair, freshDatabases, settled } from '../../support/databases.ts';
import { CONNECTION, type Home, type HomeOptions, makeHome } from '../../support/home.ts';

export const ROWS = 20_000;
export const STOCK = [
  'CREATE TABLE stock (id int PRIMARY KEY, note text)',
  `INSERT INTO stock SELECT n, 'stock ' || n FROM generate_series(1, ${ROWS}) n`,
];
export const HALF_GOES = 'DELETE FROM stock WHERE id % 2 = 0';

/** A branch with `stock`, all of whose rows have been copied. */
export interface CopiedStock extends AsyncDisposable {
  readonly pair: DatabasePair;
  readonly home: Home;
  readonly engine: Engine;
}

export async function copiedStock(options: HomeOptions = {}): Promise<CopiedStock> {
  await using opened = new AsyncDisposableStack();
  const pair = opened.use(await freshDatabases());
  await work(pair, ...STOCK);
  const home = opened.use(makeHome(pair, options));
  const engine = opened.use(home.open());
  await sync(engine);
  const kept = opened.move();
  return { pair, home, engine, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

export async function work(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  await atBranch(pair, ...statements);
  await settled(pair.source);
}

export async function atHeadOffice(pair: DatabasePair, table = 'stock'): Promise<number> {
  return Number((await fromCentral(pair, `SELECT count(*) FROM ${table}`))[0]?.[0]);
}

/** Lets days pass for what the brake counts. */
export function later(pair: DatabasePair, days: number): Promise<void> {
  return atCentral(
    pair,
    `UPDATE branchline.checkpoints SET removed_since = removed_since - interval '${days} days',
       counted_at = counted_at - interval '${days} days'`,
    countedEarlier(days),
  );
}

export async function expectBraked(
  engine: Engine,
  request: Parameters<typeof sync>[1],
  params: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { table } = await sync(engine, request);
  expect(table('stock')).toMatchObject({ status: 'failed', records_deleted: 0 });
  expect(table('stock').error_detail).toMatchObject({
    code: 'too_many_deletes',
    params: { connection: CONNECTION, table: 'stock', ...params },
  });
}
