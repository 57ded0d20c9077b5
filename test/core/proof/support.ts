import { expect } from 'vitest';
import { atBranch, atCentral, fromCentral, run } from '../../support/branch.ts';
import { countedEarlier } from '../../support/countedEarlier.ts';
import { type DatabasePair, settled } from '../../support/databases.ts';

/** Changes at the branch, all of them before the next sync's mark. */
export async function work(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  await atBranch(pair, ...statements);
  await settled(pair.source);
}

/** What head office does as Branchline's role, which owns the tables in these tests. */
export function atHeadOffice(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  return run(pair.central, 'SET ROLE branchline', ...statements);
}

/** Lets days pass since central's rows were last really counted. */
export function later(pair: DatabasePair, days = 2): Promise<void> {
  return atCentral(
    pair,
    `UPDATE branchline.checkpoints SET counted_at = counted_at - interval '${days} days'`,
    countedEarlier(days),
  );
}

export async function rowsAtCentral(pair: DatabasePair, table = 'stock'): Promise<number> {
  return Number((await fromCentral(pair, `SELECT count(*) FROM ${table}`))[0]?.[0]);
}

/** A function for triggers. */
export function triggerFunction(name: string, body: string): string {
  return `CREATE FUNCTION public.${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`;
}

/** Both sides have the same rows of a table, whatever else central keeps with them. */
export async function expectSame(pair: DatabasePair, columns: string, table = 'stock'): Promise<void> {
  const client = await pair.source.connectAdmin();
  const query = (schema: string) => `SELECT ROW(${columns})::text AS row FROM ${schema}.${table} ORDER BY 1`;
  const source = await client.query<{ row: string }>(query('adempiere'));
  await client.end();
  const central = await fromCentral(pair, query('public'));
  expect(central.map(([row]) => row)).toEqual(source.rows.map((one) => one.row));
}
