import { expect } from 'vitest';
import type { Engine } from '../../../../src/core/engineApi.ts';
import type { BatchRow, TableRow } from '../../../../src/shared/contract.ts';
import type { Strategy } from '../../../../src/shared/status.ts';
import { atBranch, run } from '../../../support/branch.ts';
import { difference } from '../../../support/compare.ts';
import type { DatabasePair } from '../../../support/databases.ts';
import { CONNECTION } from '../../../support/home.ts';
import type { KeyType } from './keyTypes.ts';

/** Makes a table at the branch, with what its key needs on both sides. */
export async function makeTable(
  pair: DatabasePair,
  { name, branch = [], central = [], columns, key }: KeyType,
): Promise<void> {
  await run(pair.central, ...central);
  const primary = key ?? 'ALTER TABLE {table} ADD PRIMARY KEY (k)';
  const table = `CREATE TABLE ${name} (${columns}, v int)`;
  await atBranch(pair, ...branch, table, primary.replace('{table}', name));
}

export function insert(table: string, value: string, v: number): string {
  return `INSERT INTO ${table} VALUES (${value}, ${v})`;
}

/** The key's columns, for UPDATE … SET. */
export function keyOf({ columns }: KeyType): string {
  return columns.includes(', l ') ? '(k, l)' : '(k)';
}

/**
 * Runs a table, or all, in chunks of one row: cut off so many times after the next chunk, then to its end.
 *
 * @param table null for all
 */
export async function cutTable(
  engine: Engine,
  table: string | null,
  times: number,
  strategy?: Strategy,
): Promise<void> {
  const request = { trigger: 'cli', ...(table !== null && { tables: [table] }) } as const;
  let batch: BatchRow | null = null;
  for (let turn = 0; batch === null || batch.status === 'interrupted'; turn++) {
    const control = new AbortController();
    const off = engine.on((event) => {
      if (event.type === 'table_progress' && turn < times) control.abort('user');
    });
    const stop = { stop: control.signal };
    batch =
      batch === null
        ? await engine.syncAll({ ...request, ...(strategy && { strategy }) }, stop)
        : (await engine.resume(batch.batch_id, { trigger: 'cli' }, stop)).batch;
    off();
  }
  expectCompleted(engine.batch(batch.batch_id).tables);
}

/** Runs all tables, which have to succeed. */
export async function bringAll(engine: Engine, strategy?: Strategy): Promise<readonly TableRow[]> {
  const batch = await engine.syncAll({ trigger: 'cli', ...(strategy && { strategy }) });
  const { tables } = engine.batch(batch.batch_id);
  expectCompleted(tables);
  return tables;
}

function expectCompleted(rows: readonly TableRow[]): void {
  const failed = rows.filter((one) => one.status !== 'completed');
  expect(failed.map((one) => [one.table_name, one.status, one.error_message])).toEqual([]);
}

/** Those of the tables that are not the same on both sides, in layout `schema`. */
export async function unequal(pair: DatabasePair, tables: readonly string[]): Promise<readonly string[]> {
  const [source, central] = await Promise.all([pair.source.connectAdmin(), pair.central.connectAdmin()]);
  try {
    const found: string[] = [];
    for (const table of tables) {
      const { onlySource, onlyCentral } = await difference(source, central, {
        table,
        centralSchema: CONNECTION,
      });
      if (onlySource + onlyCentral > 0) found.push(table);
    }
    return found;
  } finally {
    await Promise.all([source.end(), central.end()]);
  }
}
