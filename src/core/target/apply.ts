import { createHash } from 'node:crypto';
import { type Key, keyConditions, sameKey } from '../catalogue/keySql.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';
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
}

/**
 * SQL that inserts staged rows that are missing and updates those that differ. Rows are compared by the record image
 * operator, because `=` takes '30 days' for '1 month' and 1.0 for 1.00, and json has no equality at all. The join comes
 * first, because ON CONFLICT … WHERE locks, and so writes, even the rows that it leaves unchanged.
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
  { moves = false, insertsOnly = false }: ApplyOptions = {},
): string {
  const key = target.key ?? [];
  const rest = insertsOnly ? [] : comparedColumns(target);
  const differs = differsFrom(rest);
  const stamp = target.stamped ? [ident(STAMP)] : [];
  const update =
    rest.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${rest.map((one) => `${ident(one)} = EXCLUDED.${ident(one)}`).join(', ')}`;
  const arbiter =
    target.keyConstraint === null
      ? `(${[...stamp, ...key.map(ident)].join(', ')})`
      : `ON CONSTRAINT ${ident(target.keyConstraint)}`;
  const gone = moves ? `gone AS (${deleteMoved(target, stage, connection, range)} RETURNING 1), ` : '';
  // Reading `gone` before the first insert makes PostgreSQL run the deletes first.
  const afterwards = moves ? ' AND (SELECT pg_catalog.count(*) FROM gone) OPERATOR(pg_catalog.>=) 0' : '';
  const moved = moves ? ', (SELECT pg_catalog.count(*) FROM gone) AS moved' : '';
  return `WITH ${gone}changed AS (
    INSERT INTO ${table(target)} AS o (${[...stamp, ...target.columns.map(ident)].join(', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${[...(target.stamped ? [literal(connection)] : []), ...target.columns.map((one) => `s.${ident(one)}`)].join(', ')}
    FROM ${stage} s LEFT JOIN ${rowsOf(target)} t ON ${[...mine(target, connection), ...equalKeys(target), ...within(target, range)].join(' AND ')}
    WHERE (t.tableoid IS NULL OR ${differs})${afterwards}
    ON CONFLICT ${arbiter} DO ${update}
    RETURNING ${target.partitioned ? 'NULL::boolean' : "(o.xmax OPERATOR(pg_catalog.=) '0'::pg_catalog.xid)"} AS inserted)
  SELECT pg_catalog.count(*) AS changed, pg_catalog.count(*) FILTER (WHERE inserted) AS inserted${moved} FROM changed`;
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
  return [
    FIRE_DEFERRED,
    `SELECT pg_catalog.count(*) AS unequal FROM ${stage} s LEFT JOIN ${rowsOf(target)} t ON ${same}
    WHERE t.tableoid IS NULL OR ${differsFrom(comparedColumns(target))}`,
  ];
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
  return columns.length === 0 ? 'false' : `${record('t', columns)} ${DIFFERS} ${record('s', columns)}`;
}

function deleteMoved(target: Target, stage: string, connection: string, range: KeyRange): string {
  const differs = `${record('t', target.alsoUnique)} ${DIFFERS} ${record('s', target.alsoUnique)}`;
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
  const extra = '(SELECT rows FROM extra)';
  // PostgreSQL evaluates this once, and skips the second search if there are no orphan rows, as in most chunks.
  const any = ` AND ${extra} OPERATOR(pg_catalog.>) 0`;
  const few = most === null ? '' : ` AND ${extra} OPERATOR(pg_catalog.<=) ${most}`;
  return `WITH extra AS (SELECT pg_catalog.count(*) AS rows FROM ${rowsOf(target)} t WHERE ${condition}),
    gone AS (DELETE FROM ${rowsOf(target)} t WHERE ${condition}${any}${few} RETURNING 1)
  SELECT (SELECT rows FROM extra) AS extra, pg_catalog.count(*) AS removed FROM gone`;
}

/** Counts what {@link removeUnstaged} would remove. */
export function countUnstaged(target: Target, stage: string, connection: string, range: KeyRange): string {
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

/** What {@link countMine} needs of a target. */
export type CountedTable = Pick<Target, 'schema' | 'name' | 'stamped' | 'partitioned'>;

function mine(target: CountedTable, connection: string): readonly string[] {
  return target.stamped ? [`t.${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`] : [];
}

function equalKeys(target: Target): readonly string[] {
  return sameKey('t', 's', target.centralKey);
}

function within(target: Target, range: KeyRange): readonly string[] {
  const besides = range.where === undefined ? [] : [range.where];
  return target.sameOrder ? [...keyConditions('t', target.centralKey, range), ...besides] : besides;
}

/** The record image operator. */
const DIFFERS = 'OPERATOR(pg_catalog.*<>)';

function record(alias: string, columns: readonly string[]): string {
  return `ROW(${columns.map((one) => `${alias}.${ident(one)}`).join(', ')})::pg_catalog.record`;
}
