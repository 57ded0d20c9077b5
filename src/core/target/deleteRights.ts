import { centralRefusal, FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { Layout } from '../../shared/settings.ts';
import { literal, oneLine } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { forgetCounts } from './checkpoint.ts';

/** A table that a run may write. */
export interface WrittenTable {
  readonly name: string;
  /** Layout at central; null for a table that is only re-synced for another one, where it was not read. */
  readonly layout: Layout | null;
  /** Whether the settings ask for the right to delete in a table of layout `merge`. */
  readonly asks: boolean;
  /** Whether this connection may not have written it yet. */
  readonly isNew: boolean;
}

/** What a connection may do in tables of layout `merge`. */
export interface DeleteRights {
  /** Tables in which it may delete, because no other connection has rows there. */
  readonly owned: ReadonlySet<string>;
  /** Those of them whose right is new: what their checkpoints said is no longer valid. */
  readonly taken: readonly string[];
  /** Tables that it must not write at all, with the reason. */
  readonly refused: ReadonlyMap<string, FailureDetail>;
}

/** A lock, so that one connection at a time takes a right (if no other writes) or begins to write (if no other has it). */
const LOCK =
  "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('branchline.delete_rights', 0))";

/**
 * SQL of the recorded rights in a schema: table, connection, its host and installation. For this connection's rights also
 * `others`: the connections that have written the table in spite of it.
 *
 * @param asks whether the connection's settings ask for any right; if not, `others` is left out
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
 * Decides in which tables of layout `merge` a connection may delete. Their rows do not say which branch they belong to, so
 * a delete could remove another branch's rows. A connection gets the right, recorded at central, only if no other has ever
 * written the table; while it is recorded, no other may write there. The settings cannot decide this, since every branch
 * looks like the only one in its own.
 *
 * @param session in a transaction, which the caller commits
 * @param found result of {@link deleteRightsQuery} in that transaction
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

/** The other connections that have written the given tables of a schema, by table. */
export async function otherWriters(
  session: Session,
  connection: string,
  schema: string,
  tables: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return byTable((await session.query(writersQuery(connection, schema, tables, WRITES))).rows);
}

const WRITES = "c.state OPERATOR(pg_catalog.<>) 'new'";

/** A running connection may be about to write a table of which it has no rows yet. */
const WRITES_OR_MAY = `(${WRITES} OR s.heartbeat OPERATOR(pg_catalog.>)
  (pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) pg_catalog.make_interval(mins => 2)))`;

/** @param tables if empty, the query returns no rows */
function writersQuery(connection: string, schema: string, tables: readonly string[], writes: string): string {
  return oneLine(`SELECT t.name AS table_name, w.others
    FROM pg_catalog.json_array_elements_text(${literal(JSON.stringify(tables))}) AS t (name)
    CROSS JOIN LATERAL (${writersOf('t.name', literal(connection), schema, writes)}) AS w (others)
    WHERE w.others IS NOT NULL`);
}

/**
 * SQL of the other connections that have a checkpoint of a table. One without a recorded schema is included, since its
 * tables may go to this one.
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

/** Rights that this connection has, but that its settings no longer ask for. */
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
    // The stored counts are from before the right, when other connections' rows did not matter.
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
