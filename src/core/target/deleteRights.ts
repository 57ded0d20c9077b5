import { centralRefusal, FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { Layout } from '../../shared/settings.ts';
import { literal, oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { forgetCounts } from './checkpoint.ts';

/** A table that a run may write. */
export interface WrittenTable {
  readonly name: string;
  /** At central; null of a table that is only brought again for another one's sake, where nobody has looked. */
  readonly layout: Layout | null;
  /** Whether the settings let this connection delete in a table of layout `merge`. */
  readonly asks: boolean;
  /** Whether this connection may not have written it yet. */
  readonly isNew: boolean;
}

/** What a connection may do in tables of layout `merge`. */
export interface DeleteRights {
  /** Tables in which it may delete: nobody else has rows there. */
  readonly owned: ReadonlySet<string>;
  /** Those of them that it had no right in before: what its checkpoints said of them no longer holds. */
  readonly taken: readonly string[];
  /** Tables that it may not write at all, with the reason. */
  readonly refused: ReadonlyMap<string, FailureDetail>;
}

/** One after the other: whoever takes a right looks who writes, and whoever begins to write looks who has the right. */
const LOCK =
  "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('branchline.delete_rights', 0))";

/**
 * SQL of the recorded rights in a schema: table, connection, its host and installation; and, where it is this
 * connection's, the others that have written the table all the same (`others`).
 *
 * @param asks whether the connection's settings ask for any right: without, nobody asks for the others
 */
export function deleteRightsQuery(connection: string, schema: string, asks: boolean): string {
  const writers = writersOf('r.table_name', 'r.connection', schema, WRITES);
  const others = asks
    ? `, CASE WHEN r.connection OPERATOR(pg_catalog.=) ${literal(connection)} THEN (${writers}) END AS others`
    : '';
  return oneLine(`SELECT r.table_name, r.connection, s.host, s.installation${others} FROM branchline.delete_rights r
    LEFT JOIN branchline.sources s ON s.connection OPERATOR(pg_catalog.=) r.connection
    WHERE r.schema_name OPERATOR(pg_catalog.=) ${literal(schema)}::pg_catalog.name`);
}

/**
 * Settles who may delete in tables of layout `merge`, where rows do not say whose they are: what is not at the branch
 * goes, whoever sent it. So one connection has the right, recorded at central, while no other one has ever written the
 * table; and while it is recorded no other one writes there. Every branch sees "the only connection" in its own
 * settings.
 *
 * @param session in a transaction, which the caller commits
 * @param found what {@link deleteRightsQuery} has said in it
 */
export async function settleDeleteRights(
  session: Session,
  connection: string,
  schema: string,
  found: readonly TextRow[],
  tables: readonly WrittenTable[],
): Promise<DeleteRights> {
  const merged = tables.filter((one) => one.layout === 'merge');
  const wanted = (rows: readonly TextRow[]): readonly string[] =>
    merged.filter((one) => one.asks && rightOn(rows, one.name) === undefined).map((one) => one.name);
  let rows = found;
  let writers: ReadonlyMap<string, string> = new Map();
  if (wanted(found).length > 0 || merged.some((one) => one.isNew)) {
    const query = deleteRightsQuery(
      connection,
      schema,
      tables.some((one) => one.asks),
    );
    const asking = writersQuery(connection, schema, wanted(found), WRITES_OR_MAY);
    const results = await session.script([LOCK, query, asking]);
    rows = results.at(-2)?.rows ?? [];
    writers = byTable(results.at(-1)?.rows ?? []);
  }
  const taken = wanted(rows).filter((name) => !writers.has(name));
  await record(session, connection, schema, taken, abandoned(rows, connection, tables));
  const owned = new Set(taken);
  const refused = new Map<string, FailureDetail>();
  for (const { name, layout, asks } of tables.filter(
    (one) => one.layout === null || one.layout === 'merge',
  )) {
    const right = rightOn(rows, name);
    const others = right?.others ?? writers.get(name) ?? null;
    if (right !== undefined && right.connection !== connection)
      refused.set(name, rightOwned(connection, schema, name, right));
    else if (asks && others !== null) refused.set(name, writtenByOthers(connection, schema, name, others));
    else if (asks && (layout !== null || right !== undefined)) owned.add(name);
  }
  return { owned, taken, refused };
}

function rightOn(rows: readonly TextRow[], table: string): TextRow | undefined {
  return rows.find((row) => row.table_name === table);
}

/** The connections besides this one that have written some tables of a schema, by table. */
export async function otherWriters(
  session: Session,
  connection: string,
  schema: string,
  tables: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return byTable((await session.query(writersQuery(connection, schema, tables, WRITES))).rows);
}

const WRITES = "c.state OPERATOR(pg_catalog.<>) 'new'";

/** A connection that is at work may be about to write a table of which it has no row yet. */
const WRITES_OR_MAY = `(${WRITES} OR s.heartbeat OPERATOR(pg_catalog.>)
  (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(mins => 2)))`;

/** @param tables none: no row */
function writersQuery(connection: string, schema: string, tables: readonly string[], writes: string): string {
  return oneLine(`SELECT t.name AS table_name, w.others
    FROM pg_catalog.json_array_elements_text(${literal(JSON.stringify(tables))}) AS t (name)
    CROSS JOIN LATERAL (${writersOf('t.name', literal(connection), schema, writes)}) AS w (others)
    WHERE w.others IS NOT NULL`);
}

/**
 * SQL of the connections besides one that have a checkpoint of a table. Of one that has not said yet where its tables
 * go it is not known that they go elsewhere.
 */
function writersOf(table: string, connection: string, schema: string, writes: string): string {
  return `SELECT pg_catalog.string_agg(c.connection, ', ' ORDER BY c.connection) FROM branchline.checkpoints c
    LEFT JOIN branchline.sources s ON s.connection OPERATOR(pg_catalog.=) c.connection
    WHERE c.table_name OPERATOR(pg_catalog.=) ${table} AND c.connection OPERATOR(pg_catalog.<>) ${connection} AND ${writes}
      AND coalesce(s.target_schema OPERATOR(pg_catalog.=) ${literal(schema)}::pg_catalog.name, true)`;
}

function byTable(rows: readonly TextRow[]): ReadonlyMap<string, string> {
  return new Map(rows.map((row) => [row.table_name ?? '', row.others ?? '']));
}

/** Rights that this connection has, and that its settings do not ask for any more. */
function abandoned(
  rows: readonly TextRow[],
  connection: string,
  tables: readonly WrittenTable[],
): readonly string[] {
  return tables
    .filter(({ layout, asks }) => layout !== null && !(asks && layout === 'merge'))
    .filter(({ name }) => rightOn(rows, name)?.connection === connection)
    .map((one) => one.name);
}

async function record(
  session: Session,
  connection: string,
  schema: string,
  taken: readonly string[],
  left: readonly string[],
): Promise<void> {
  const names = (list: readonly string[]): string =>
    `pg_catalog.json_array_elements_text(${literal(JSON.stringify(list))})`;
  if (taken.length > 0) {
    const insert = `INSERT INTO branchline.delete_rights (schema_name, table_name, connection)
      SELECT ${literal(schema)}, n, ${literal(connection)} FROM ${names(taken)} AS n`;
    // As long as it had no right, rows of others were none of its business.
    await session.script([insert, ...forgetCounts(connection, taken)]);
  }
  if (left.length > 0)
    await session.query(`DELETE FROM branchline.delete_rights
      WHERE schema_name OPERATOR(pg_catalog.=) ${literal(schema)}::pg_catalog.name
        AND connection OPERATOR(pg_catalog.=) ${literal(connection)}
        AND table_name OPERATOR(pg_catalog.=) ANY (SELECT ${names(left)})`);
}

function rightOwned(connection: string, schema: string, table: string, owner: TextRow): FailureDetail {
  return centralRefusal(FailureCode.CentralDeletesOwned, {
    connection,
    schema,
    table,
    other: owner.connection ?? '',
    host: owner.host ?? '–',
    sql: `DELETE FROM branchline.delete_rights WHERE schema_name = ${literal(schema)} AND table_name = ${literal(table)};`,
  }).detail;
}

function writtenByOthers(connection: string, schema: string, table: string, others: string): FailureDetail {
  const ids = others.split(', ').map(literal).join(', ');
  return centralRefusal(FailureCode.CentralDeletesShared, {
    connection,
    schema,
    table,
    other: others,
    sql: `DELETE FROM branchline.checkpoints WHERE table_name = ${literal(table)} AND connection IN (${ids});`,
  }).detail;
}
