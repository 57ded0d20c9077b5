import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import { findCheckpoints } from '../central/checkpoints.ts';
import { beginReading } from '../central/transaction.ts';
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
  await session.script(beginReading(session));
  const shapes = await readTables(session, version, schema, names);
  const there = await session.query(
    "SELECT pg_catalog.to_regclass('branchline.checkpoints') IS NOT NULL AS there",
  );
  const checkpoints =
    there.rows[0]?.there === 't' ? await findCheckpoints(session, connection, names) : new Map();
  await session.query('COMMIT');
  return { shapes: new Map(shapes.map((one) => [one.name, one])), checkpoints };
}
