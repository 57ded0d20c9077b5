import type { CentralSettings } from '../../shared/settings.ts';
import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { type Checkpoint, NO_PROOF, PROOF } from '../central/checkpoint.ts';
import { findCheckpoints } from '../central/checkpoints.ts';
import { otherWriters } from '../central/deleteRights.ts';
import { layoutOf } from '../central/target.ts';
import { beginReading } from '../central/transaction.ts';
import type { Link } from '../sync/pass.ts';

/** What central has of a connection's tables, by table name. */
export interface CentralTables {
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** The other connections that have written a table of layout `merge`, for the tables that have any. */
  readonly writers: ReadonlyMap<string, string>;
}

/** Looks at all tables together: on a slow link a query a table would cost more than comparing them. */
export async function readCentralTables(
  { session, version }: Link,
  connection: string,
  central: CentralSettings,
  schema: string,
  names: readonly string[],
): Promise<CentralTables> {
  await session.script(beginReading(session));
  const shapes = await readTables(session, version, schema, names);
  // Looking makes and changes nothing: what an older version has made is read as it is.
  const found = await session.query(
    `SELECT a.attname IS NOT NULL AS proves, pg_catalog.to_regclass('branchline.delete_rights') IS NOT NULL AS places FROM (SELECT pg_catalog.to_regclass('branchline.checkpoints') AS oid) AS c
     LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) 'rewritten'
     WHERE c.oid IS NOT NULL`,
  );
  const proof = found.rows[0]?.proves === 't' ? PROOF : NO_PROOF;
  const checkpoints =
    found.rows.length === 0 ? new Map() : await findCheckpoints(session, connection, names, proof);
  const merged = shapes.filter((one) => layoutOf(central, one) === 'merge').map((one) => one.name);
  const writers =
    merged.length > 0 && found.rows[0]?.places === 't'
      ? await otherWriters(session, connection, schema, merged)
      : new Map<string, string>();
  await session.query('COMMIT');
  return { shapes: new Map(shapes.map((one) => [one.name, one])), checkpoints, writers };
}
