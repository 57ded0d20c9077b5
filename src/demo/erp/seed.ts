import { createTable, type ErpTable, fillTable, SCHEMA, unitsAt } from './expressions.ts';
import { organisation, trade } from './masterData.ts';
import { movements } from './movements.ts';
import { oddities, TYPES } from './oddities.ts';
import { sales } from './sales.ts';

/** Runs one statement on one session of a database. */
export type Execute = (sql: string) => Promise<void>;

const TABLES: readonly ErpTable[] = [...organisation, ...trade, ...sales, ...movements, ...oddities];

const SETTINGS = [
  'SET LOCAL search_path = pg_catalog',
  "SET LOCAL timezone = 'UTC'",
  "SET LOCAL datestyle = 'ISO'",
  'SET LOCAL jit = off',
  "SET LOCAL work_mem = '64MB'",
];

/**
 * Creates schema `adempiere` with the tables of a branch's ERP and fills them: 300,000 rows at scale 1, of
 * which 9,600 rows of master data exist at any scale. The same scale gives the same rows, in the same order,
 * on any day and machine.
 *
 * @param scale multiplies the transactional tables; above 0
 */
export async function seedBranch(execute: Execute, scale: number): Promise<void> {
  const units = unitsAt(scale);
  for (const statement of ['BEGIN', ...SETTINGS]) await execute(statement);
  try {
    const shapes = [`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`, ...TYPES, ...TABLES.map(createTable)];
    for (const statement of shapes) await execute(statement);
    for (const table of TABLES) await execute(fillTable(table, units));
    await execute('COMMIT');
  } catch (error) {
    await execute('ROLLBACK').catch(() => undefined);
    throw error;
  }
  // As in any ERP in use, the catalogue then has row estimates. A small sample is enough.
  await execute('SET default_statistics_target = 10');
  await execute('ANALYZE');
}

/** The tables' names as in the catalogue, and the number of rows that {@link seedBranch} gives each. */
export function seededRows(scale: number): ReadonlyMap<string, number> {
  const units = unitsAt(scale);
  return new Map(TABLES.map((table) => [table.name.replaceAll('"', ''), table.rows(units)]));
}
