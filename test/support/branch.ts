import type { Engine } from '../../src/core/engineApi.ts';
import type { BatchRow, TableRow } from '../../src/shared/contract.ts';
import { type DatabasePair, othersEnded, type TestDatabase } from './databases.ts';

/** Runs statements as the owner of a database. */
export async function run(database: TestDatabase, ...statements: readonly string[]): Promise<void> {
  const client = await database.connectAdmin();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/**
 * Statements at the branch, where unqualified names mean its schema. What they write is older than every mark that
 * the test takes next.
 */
export async function atBranch(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  const client = await pair.source.connectAdmin();
  try {
    for (const statement of ['SET search_path = adempiere', ...statements]) await client.query(statement);
    // What the statements have set would hide other sessions from this one, a role for example.
    await client.query('DISCARD ALL');
    await othersEnded(client);
  } finally {
    await client.end();
  }
}

/** Statements at head office. */
export function atCentral(pair: DatabasePair, ...statements: readonly string[]): Promise<void> {
  return run(pair.central, ...statements);
}

/** The rows of a query at head office, every value as text. */
export async function fromCentral(
  pair: DatabasePair,
  query: string,
): Promise<readonly (readonly (string | null)[])[]> {
  const client = await pair.central.connectAdmin();
  try {
    const types = { getTypeParser: () => (value: string | Buffer) => String(value) };
    const result = await client.query<(string | null)[]>({ text: query, rowMode: 'array', types });
    return result.rows;
  } finally {
    await client.end();
  }
}

/** A batch and its table runs by table name. */
export interface Ran {
  readonly batch: BatchRow;
  readonly table: (name: string) => TableRow;
}

export async function sync(
  engine: Engine,
  request: Partial<Parameters<Engine['syncAll']>[0]> = {},
): Promise<Ran> {
  const batch = await engine.syncAll({ trigger: 'cli', ...request });
  const { tables } = engine.batch(batch.batch_id);
  return {
    batch,
    table: (name) => {
      const found = tables.find((row) => row.table_name === name);
      if (found === undefined)
        throw new Error(`no ${name} in ${tables.map((row) => row.table_name).join(', ')}`);
      return found;
    },
  };
}
