import { createHash } from 'node:crypto';
import { type Key, keyConditions, sameKey } from '../catalogue/keySql.ts';
import { ident, literal, qualified, regName } from '../postgres/quote.ts';
import { STAMP, type Target } from './target.ts';

/**
 * Keys greater than `after` (null: from the start) up to and including `upTo` (null: to the end). Such a range means the
 * same rows in both databases only if both sort keys alike ({@link Target.sameOrder}).
 */
export interface KeyRange {
  readonly after: Key | null;
  readonly upTo: Key | null;
  /** A further SQL condition on the row `t`, which must mean the same rows in both databases. */
  readonly where?: string;
}

/**
 * Name of the staging table that chunks are copied into before they are applied. Each table of each connection has its
 * own. It is made at the start of a pass and dropped at its end: a temporary table per chunk would bloat central's
 * catalogue. It is unlogged, because its rows are useless after a crash.
 */
export function stageTable(connection: string, table: string): string {
  const name = createHash('sha256').update(`${connection}/${table}`).digest('hex').slice(0, 24);
  return qualified('branchline', `stage_${name}`);
}

/** Statements that make an empty staging table and drop one left by an earlier pass. */
export function createStage(target: Target, stage: string): readonly string[] {
  const columns = target.columns.map(ident).join(', ');
  return [
    ...dropStage(stage),
    `CREATE UNLOGGED TABLE ${stage} WITH (autovacuum_enabled = false) AS
      SELECT ${columns} FROM ${table(target)} WITH NO DATA`,
  ];
}

/**
 * Statements that make a staging table ready in a transaction of its own, and then open the chunk's transaction.
 *
 * They must not share a transaction. If a transaction that made or truncated an unlogged table rolls back, and central
 * crashes before that is on its disk, PostgreSQL (tried with 18.4) makes the table again during recovery, finds its file,
 * and *does not start any more* ("could not create file …: File exists"). Chunks roll back whenever a link breaks; the
 * separate transaction commits at once.
 *
 * @param begin opens a transaction
 * @param ready {@link createStage} or {@link emptyStage}
 */
export function beginWithStage(begin: readonly string[], ready: readonly string[]): readonly string[] {
  return [...begin, ...ready, 'COMMIT', ...begin];
}

/** Statements that empty a staging table. */
export function emptyStage(stage: string): readonly string[] {
  return [`TRUNCATE ${stage}`];
}

/** Statements that remove a staging table at the end of a pass. */
export function dropStage(stage: string): readonly string[] {
  return ['SET LOCAL client_min_messages = warning', `DROP TABLE IF EXISTS ${stage}`];
}

/** The target table, as SQL. */
export function table(target: Pick<Target, 'schema' | 'name'>): string {
  return qualified(target.schema, target.name);
}

/**
 * SQL of a target's own rows, for FROM and DELETE. Rows of head office's tables that inherit from it are left out: they
 * are not the branch's. A partitioned table includes its partitions.
 */
export function rowsOf(target: Pick<Target, 'schema' | 'name' | 'partitioned'>): string {
  return target.partitioned ? table(target) : `ONLY ${table(target)}`;
}

/** COPY … FROM STDIN into the target itself or a staging table. */
export function copyInto(target: Target, into: string): string {
  return `COPY ${into} ${list(target.columns)} FROM STDIN WITH (FORMAT ${target.format})`;
}

/** Options of {@link applyStaged}. */
export interface ApplyOptions {
  /** Delete and re-insert rows in which a column of {@link Target.alsoUnique} changes. */
  readonly moves?: boolean;
  /** Leave existing rows unchanged. */
  readonly insertsOnly?: boolean;
  /** Note the counts for the transaction's later statements: {@link NOTED_CHANGED}, {@link refuseOtherCounts}. */
  readonly notes?: boolean;
}

/** SQL of how many rows {@link applyStaged} has inserted or updated, where it was asked to note that. */
export const NOTED_CHANGED = "pg_catalog.current_setting('branchline.changed')::pg_catalog.int8";

const NOTED_INSERTED = "pg_catalog.current_setting('branchline.inserted')::pg_catalog.int8";

/** SQL that notes the counts of {@link applyStaged} in settings of the transaction. */
const NOTES = ['changed', 'inserted'].map(
  (one) => `, pg_catalog.set_config('branchline.${one}', ${one}::pg_catalog.text, true) AS noted_${one}`,
);

/**
 * SQL that inserts staged rows that are missing and updates those that differ. Rows are compared by their record images,
 * because `=` takes '30 days' for '1 month' and 1.0 for 1.00, and json has no equality at all. The join comes first,
 * because ON CONFLICT … WHERE locks, and so writes, even the rows that it leaves unchanged. In a distributed table it
 * decides all the same: for the join, Citus would fetch all of the range's rows from their node.
 *
 * Rows that swap a unique value have to be deleted and inserted again, since the first of two updates would collide with
 * the second row. One statement does both, so that a foreign key onto them (NO ACTION) is checked when they are back.
 *
 * Returns one row: `changed`, `inserted` and, with `moves`, `moved`: the deleted rows, which `inserted` includes.
 */
export function applyStaged(
  target: Target,
  stage: string,
  connection: string,
  range: KeyRange,
  { moves = false, insertsOnly = false, notes = false }: ApplyOptions = {},
): string {
  const key = target.key ?? [];
  const rest = insertsOnly ? [] : comparedColumns(target);
  const stamp = target.stamped ? [ident(STAMP)] : [];
  const update =
    rest.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${rest.map((one) => `${ident(one)} = EXCLUDED.${ident(one)}`).join(', ')}${target.distributed ? ` WHERE ${differ('o', 'EXCLUDED', rest)}` : ''}`;
  const arbiter =
    target.keyConstraint === null
      ? `(${[...stamp, ...key.map(ident)].join(', ')})`
      : `ON CONSTRAINT ${ident(target.keyConstraint)}`;
  const gone = moves ? `gone AS (${deleteMoved(target, stage, connection, range)} RETURNING 1), ` : '';
  // Reading `gone` before the first insert makes PostgreSQL run the deletes first.
  const afterwards = moves ? ' AND (SELECT pg_catalog.count(*) FROM gone) OPERATOR(pg_catalog.>=) 0' : '';
  const moved = moves ? ', (SELECT pg_catalog.count(*) FROM gone) AS moved' : '';
  const counts = `SELECT pg_catalog.count(*) AS changed, pg_catalog.count(*) FILTER (WHERE inserted) AS inserted${moved} FROM changed`;
  const found = [...mine(target, connection), ...equalKeys(target), ...within(target, range)].join(' AND ');
  const from = target.distributed
    ? `${stage} s WHERE true`
    : `${stage} s LEFT JOIN ${rowsOf(target)} t ON ${found} WHERE (${unmatched('t', target)} OR ${differsFrom(rest)})`;
  return `WITH ${gone}changed AS (
    INSERT INTO ${table(target)} AS o (${[...stamp, ...target.columns.map(ident)].join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${[...(target.stamped ? [literal(connection)] : []), ...target.columns.map((one) => `s.${ident(one)}`)].join(', ')}
    FROM ${from}${afterwards}
    ON CONFLICT ${arbiter} DO ${update}
    RETURNING ${target.partitioned ? 'NULL::boolean' : "(o.xmax OPERATOR(pg_catalog.=) '0'::pg_catalog.xid)"} AS inserted)
  ${notes ? `SELECT counts.*${NOTES.join('')} FROM (${counts}) counts` : counts}`;
}

/** Runs deferred triggers now instead of at the commit, so that we see what they do. */
export const FIRE_DEFERRED = 'SET CONSTRAINTS ALL IMMEDIATE';

/**
 * Statements whose last one counts staged rows that the table does not hold exactly as sent. They run at the end of the
 * transaction that applied the rows, if head office's triggers or the like may have changed them: see
 * {@link Target.rereads}.
 */
export function countUnequal(
  target: Target,
  stage: string,
  connection: string,
  range: KeyRange,
): readonly string[] {
  const same = [...mine(target, connection), ...equalKeys(target), ...within(target, range)].join(' AND ');
  const differs = differsFrom(comparedColumns(target));
  const unequal = target.distributed
    ? // The other way round, so that the distributed table is not on the inner side of an outer join.
      `SELECT (SELECT pg_catalog.count(*) FROM ${stage}) OPERATOR(pg_catalog.-) pg_catalog.count(*) AS unequal
      FROM ${rowsOf(target)} t JOIN ${stage} s ON ${same} WHERE NOT ${differs}`
    : `SELECT pg_catalog.count(*) AS unequal FROM ${stage} s LEFT JOIN ${rowsOf(target)} t ON ${same}
    WHERE ${unmatched('t', target)} OR ${differs}`;
  return [FIRE_DEFERRED, unequal];
}

/**
 * The same for a table without a key: counts sent rows that the table lacks, duplicates included. Values are compared as
 * text, since not every type can be compared or hashed.
 */
export function countUnequalRows(target: Target, stage: string, connection: string): readonly string[] {
  const text = (alias: string) => `${record(alias, target.columns)}::pg_catalog.text`;
  const ours = ['true', ...mine(target, connection)].join(' AND ');
  return [
    FIRE_DEFERRED,
    `SELECT pg_catalog.count(*) AS unequal FROM (SELECT ${text('s')} FROM ${stage} s
    EXCEPT ALL SELECT ${text('t')} FROM ${rowsOf(target)} t WHERE ${ours}) AS missing`,
  ];
}

/** The non-key columns, and key columns whose equal values may look different: 1.0 and 1.00, -0 and 0, citext. */
function comparedColumns(target: Target): readonly string[] {
  const key = target.key ?? [];
  return target.columns.filter((one) => !key.includes(one) || target.looseKey.includes(one));
}

function differsFrom(columns: readonly string[]): string {
  return columns.length === 0 ? 'false' : differ('t', 's', columns);
}

function deleteMoved(target: Target, stage: string, connection: string, range: KeyRange): string {
  const differs = differ('t', 's', target.alsoUnique);
  const conditions = [...mine(target, connection), ...equalKeys(target), ...within(target, range), differs];
  return `DELETE FROM ${rowsOf(target)} t USING ${stage} s WHERE ${conditions.join(' AND ')}`;
}

/** SQL that inserts all staged rows, for tables without a key. */
export function insertStaged(target: Target, stage: string, connection: string): string {
  const into = target.stamped ? [STAMP, ...target.columns] : target.columns;
  const values = [...(target.stamped ? [literal(connection)] : []), ...target.columns.map(ident)];
  return `INSERT INTO ${table(target)} ${list(into)} OVERRIDING SYSTEM VALUE SELECT ${values.join(', ')} FROM ${stage}`;
}

/** A column list in parentheses; empty for a table without columns, since `()` is not valid SQL. */
function list(columns: readonly string[]): string {
  return columns.length === 0 ? '' : `(${columns.map(ident).join(', ')})`;
}

/**
 * SQL that counts the orphan rows of a range whose source rows were all staged, and removes them if they are at most
 * `most`. It counts first, because no trigger or foreign key must act for a row that stays in the end.
 *
 * Returns one row: `extra` (orphan rows) and `removed`, which is 0 if they are too many.
 *
 * @param most null sets no limit
 */
export function removeUnstaged(
  target: Target,
  stage: string,
  connection: string,
  range: KeyRange,
  most: number | null,
): string {
  const condition = unstaged(target, stage, connection, range);
  if (target.distributed) return removeListed(target, stage, connection, range, most);
  const extra = '(SELECT rows FROM extra)';
  // PostgreSQL evaluates this once, and skips the second search if there are no orphan rows, as in most chunks.
  const any = ` AND ${extra} OPERATOR(pg_catalog.>) 0`;
  const few = most === null ? '' : ` AND ${extra} OPERATOR(pg_catalog.<=) ${most}`;
  return `WITH extra AS (SELECT pg_catalog.count(*) AS rows FROM ${rowsOf(target)} t WHERE ${condition}),
    gone AS (DELETE FROM ${rowsOf(target)} t WHERE ${condition}${any}${few} RETURNING 1)
  SELECT (SELECT rows FROM extra) AS extra, pg_catalog.count(*) AS removed FROM gone`;
}

/** {@link removeUnstaged} for a distributed table. */
function removeListed(
  target: Target,
  stage: string,
  connection: string,
  range: KeyRange,
  most: number | null,
): string {
  const keys = target.centralKey.map(({ name }) => `t.${ident(name)}`).join(', ');
  const extra = '(SELECT pg_catalog.count(*) FROM extra)';
  const few = most === null ? [] : [`${extra} OPERATOR(pg_catalog.<=) ${most}`];
  const listed = [...mine(target, connection), ...sameKey('t', 'e', target.centralKey), ...few].join(' AND ');
  return `WITH extra AS MATERIALIZED (SELECT ${keys} FROM ${unstagedRows(target, stage, connection, range)}),
    gone AS (DELETE FROM ${rowsOf(target)} t USING extra e WHERE ${listed} RETURNING 1)
  SELECT ${extra} AS extra, pg_catalog.count(*) AS removed FROM gone`;
}

/** SQL of FROM and WHERE of a distributed table's rows that were not staged. Citus joins other tables only in FROM. */
function unstagedRows(target: Target, stage: string, connection: string, range: KeyRange): string {
  const conditions = [...mine(target, connection), ...within(target, range), unmatched('s', target)].join(
    ' AND ',
  );
  return `${rowsOf(target)} t LEFT JOIN ${stage} s ON ${equalKeys(target).join(' AND ')} WHERE ${conditions}`;
}

/** Counts what {@link removeUnstaged} would remove. */
export function countUnstaged(target: Target, stage: string, connection: string, range: KeyRange): string {
  if (target.distributed)
    return `SELECT pg_catalog.count(*) AS extra FROM ${unstagedRows(target, stage, connection, range)}`;
  return `SELECT pg_catalog.count(*) AS extra FROM ${rowsOf(target)} t WHERE ${unstaged(target, stage, connection, range)}`;
}

function unstaged(target: Target, stage: string, connection: string, range: KeyRange): string {
  return [
    ...mine(target, connection),
    ...within(target, range),
    `NOT EXISTS (SELECT FROM ${stage} s WHERE ${equalKeys(target).join(' AND ')})`,
  ].join(' AND ');
}

/** SQL that removes all rows of this connection. */
export function deleteMine(target: Target, connection: string): string {
  return `DELETE FROM ${rowsOf(target)} t WHERE ${['true', ...mine(target, connection)].join(' AND ')}`;
}

/** SQL that counts the rows of this connection. */
export function countMine(target: CountedTable, connection: string): string {
  return `SELECT pg_catalog.count(*) AS rows FROM ${rowsOf(target)} t WHERE ${['true', ...mine(target, connection)].join(' AND ')}`;
}

/** SQL: whether this connection has any row in the table; in a table without a stamp, whether there is any row. */
export function anyMine(target: Target, connection: string): string {
  const conditions = ['true', ...mine(target, connection)].join(' AND ');
  return `SELECT EXISTS (SELECT FROM ${rowsOf(target)} t WHERE ${conditions}) AS any`;
}

/** SQLSTATE invalid_argument_for_logarithm, which no value of a row causes: see {@link refuseRows}. */
export const UNEXPECTED_ROWS = '2201E';

/** SQL that fails with {@link UNEXPECTED_ROWS} where the table has rows of ours. */
export function refuseRows(target: Target, connection: string): string {
  const conditions = ['true', ...mine(target, connection)].join(' AND ');
  return failUnless(`NOT EXISTS (SELECT FROM ${rowsOf(target)} t WHERE ${conditions})`, 'empty');
}

/** SQL that notes, before a COPY, the server's counter that {@link refuseOtherCount} compares with. */
export function noteInserted(target: Target): string {
  return `SELECT pg_catalog.set_config('branchline.inserted', ${inserted(target)}::pg_catalog.text, true) AS noted`;
}

/**
 * SQL that fails with {@link UNEXPECTED_ROWS} unless exactly `rows` rows were inserted into the table since
 * {@link noteInserted}. Since the server itself checks the count, the COMMIT can be sent together with the end of the
 * COPY. Not for partitioned tables, because the server counts inserts per partition.
 */
export function refuseOtherCount(target: Target, rows: number): string {
  const counts = "pg_catalog.current_setting('track_counts') OPERATOR(pg_catalog.=) 'on'";
  const before = "pg_catalog.current_setting('branchline.inserted')::pg_catalog.int8";
  const expected = `${before} OPERATOR(pg_catalog.+) ${rows}`;
  return failUnless(`${counts} AND ${inserted(target)} OPERATOR(pg_catalog.=) (${expected})`, 'counted');
}

/** SQL of the rows inserted by this transaction, and by those before it that the server has not added up yet. */
function inserted({ schema, name }: Target): string {
  const table = literal(regName(schema, name));
  return `pg_catalog.pg_stat_get_xact_tuples_inserted(pg_catalog.to_regclass(${table})::pg_catalog.oid)`;
}

/**
 * SQL that fails with {@link UNEXPECTED_ROWS} unless the staging table has `rows` rows, and the connection has `after`
 * rows in the table, of which {@link applyStaged} has inserted all but `before`.
 */
export function refuseOtherCounts(
  target: Target,
  stage: string,
  connection: string,
  counts: { readonly rows: number; readonly before: number; readonly after: number },
): string {
  const { rows, before, after } = counts;
  const all = `(${countMine(target, connection)})`;
  const staged = `(SELECT pg_catalog.count(*) FROM ${stage})`;
  const inserted = `${before} OPERATOR(pg_catalog.+) ${NOTED_INSERTED}`;
  return failUnless(
    `${staged} OPERATOR(pg_catalog.=) ${rows} AND ${all} OPERATOR(pg_catalog.=) ${after} AND (${inserted}) OPERATOR(pg_catalog.=) ${after}`,
    'counted',
  );
}

function failUnless(condition: string, name: string): string {
  return `SELECT pg_catalog.ln((${condition})::pg_catalog.int4::pg_catalog.float8) AS ${name}`;
}

/** What {@link countMine} needs of a target. */
export type CountedTable = Pick<Target, 'schema' | 'name' | 'stamped' | 'partitioned'>;

function mine(target: CountedTable, connection: string): readonly string[] {
  return target.stamped ? [`t.${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`] : [];
}

function equalKeys(target: Target): readonly string[] {
  return sameKey('t', 's', target.centralKey);
}

/**
 * SQL: whether an outer join by the key has found no row of `inner`. A key's column of a row that was found is never NULL. IS NULL
 * would also be true of a composite value whose fields are all NULL, and a system column would make PostgreSQL copy each row.
 */
function unmatched(inner: string, { centralKey: [first] }: Target): string {
  return first === undefined ? 'true' : `${inner}.${ident(first.name)} IS NOT DISTINCT FROM NULL`;
}

function within(target: Target, range: KeyRange): readonly string[] {
  const besides = range.where === undefined ? [] : [range.where];
  return target.sameOrder ? [...keyConditions('t', target.centralKey, range), ...besides] : besides;
}

/**
 * SQL that the record images of two rows differ. A call of the operator's function, because Citus writes statements anew
 * for its nodes, and two ROWs with an operator between them are then read as a comparison column by column.
 */
function differ(one: string, other: string, columns: readonly string[]): string {
  return `pg_catalog.record_image_ne(${record(one, columns)}, ${record(other, columns)})`;
}

function record(alias: string, columns: readonly string[]): string {
  return `ROW(${columns.map((one) => `${alias}.${ident(one)}`).join(', ')})::pg_catalog.record`;
}
