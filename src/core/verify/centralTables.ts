import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { CHECKPOINT_COLUMNS, type Checkpoint, toCheckpoint } from '../central/checkpoint.ts';
import { beginCentral } from '../central/transaction.ts';
import type { Link } from '../sync/pass.ts';

/** What central has of a connection's tables, by table name. */
export interface CentralTables {
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
}

/** Looks at all tables together: on a slow link a query a table would cost more than comparing them. */
export async function readCentralTables(
  { session, version }: Link,
  connection: string,
  schema: string,
  names: readonly string[],
): Promise<CentralTables> {
  await session.script(beginCentral(session, version, connection));
  const shapes = await readTables(session, version, schema, names);
  const there = await session.query("SELECT to_regclass('branchline.checkpoints') IS NOT NULL AS there");
  const known =
    there.rows[0]?.there === 't'
      ? await session.query(
          `SELECT table_name, ${CHECKPOINT_COLUMNS} FROM branchline.checkpoints WHERE connection = $1`,
          [connection],
        )
      : { rows: [] };
  await session.query('COMMIT');
  const named = known.rows.map((row) => ({ name: row.table_name ?? '', row }));
  return {
    shapes: new Map(shapes.map((one) => [one.name, one])),
    checkpoints: new Map(named.map(({ name, row }) => [name, toCheckpoint(connection, name, row)])),
  };
}
