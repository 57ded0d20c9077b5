import { createHash } from 'node:crypto';
import { type Key, keyConditions, sameKey } from '../catalogue/keySql.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';
import { STAMP, type Target } from './target.ts';

/**
 * Keys behind `after` (or all from the start) up to and with `upTo` (or all to the end). Both sides of a
 * chunk mean the same rows by it only where they sort alike ({@link Target.sameOrder}).
 */
export interface KeyRange {
  readonly after: Key | null;
  readonly upTo: Key | null;
  /** A condition on the row `t` besides, that means the same rows on both sides. */
  readonly where?: string;
}

/**
 * The table that chunks land in before they are applied: one for each table of each connection, made at
 * the start of a pass that needs it and dropped at its end, so that central's catalogue does not grow
 * by a temporary table a chunk. Unlogged: its rows are worth nothing after a crash.
 */
export function stageTable(connection: string, table: string): string {
  const name = createHash('sha256').update(`${connection}/${table}`).digest('hex').slice(0, 24);
  return qualified('branchline', `stage_${name}`);
}

/** Statements that make an empty staging table, whatever is left of an earlier one. */
export function createStage(target: Target, stage: string): readonly string[] {
  const columns = target.columns.map(ident).join(', ');
  return [
    ...dropStage(stage),
    `CREATE UNLOGGED TABLE ${stage} WITH (autovacuum_enabled = false) AS
      SELECT ${columns} FROM ${table(target)} WITH NO DATA`,
  ];
}

/**
 * Statements that make a staging table ready in a transaction of its own, and open the chunk's. Where a transaction that
 * has made or truncated an unlogged table rolls back, and central dies before that is on its disk, PostgreSQL (18.4
 * was tried) makes the table again while it recovers, finds its file there, and *does not start any more*
 * ("could not create file …: File exists"). A chunk rolls back whenever a link breaks; this does not wait for one.
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

/** Where a target's rows are. */
export function table(target: Pick<Target, 'schema' | 'name'>): string {
  return qualified(target.schema, target.name);
}

/**
 * A target's own rows, for FROM and DELETE. Head office may have tables that inherit from it: their rows are none of
 * the branch's. The rows of a partitioned table are in its partitions.
 */
export function rowsOf(target: Pick<Target, 'schema' | 'name' | 'partitioned'>): string {
  return target.partitioned ? table(target) : `ONLY ${table(target)}`;
}

/** COPY … FROM STDIN into the target itself or a staging table. */
export function copyInto(target: Target, into: string): string {
  return `COPY ${into} ${list(target.columns)} FROM STDIN WITH (FORMAT ${target.format})`;
}

/** What {@link applyStaged} does besides. */
export interface ApplyOptions {
  /** Rows whose value in one of {@link Target.alsoUnique} changes are removed and inserted anew. */
  readonly moves?: boolean;
  /** Rows that are there already stay as they are. */
  readonly insertsOnly?: boolean;
}

/**
 * Inserts staged rows that are missing and updates those that differ. "Differ" is the record image
 * operator: `=` holds '30 days' for '1 month' and 1.0 for 1.00, and json has no equality at all. The
 * join comes first, because ON CONFLICT … WHERE locks, and so writes, every row that it leaves alone.
 *
 * Rows that swap a unique value can only be removed and inserted anew: one after the other updated, the first
 * would meet the second. One statement does both, so that a foreign key onto them (NO ACTION) is looked at when
 * they are there again.
 *
 * Returns one row: changed, inserted, and, where asked for, moved: rows removed, which are among the inserted ones.
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
  // Asked for before the first row is inserted, it makes the removal come first.
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

/** A trigger may be deferred to the commit, which comes next: what it does has to be seen before. */
export const FIRE_DEFERRED = 'SET CONSTRAINTS ALL IMMEDIATE';

/**
 * Statements of which the last one counts staged rows that are not in the table just as they were sent. Asked at the end
 * of a transaction that has applied them, where something of head office's own may have had a hand in it: see
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
 * The same for a table without a key: counts rows that were sent and are not in it, each as often as it was sent. Values are compared
 * by their text, since not every type can be compared or hashed.
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

/** Equal keys may look otherwise: 1.0 and 1.00, -0 and 0, a citext in other letters. */
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

/** Inserts all staged rows, for tables whose rows have no identity. */
export function insertStaged(target: Target, stage: string, connection: string): string {
  const into = target.stamped ? [STAMP, ...target.columns] : target.columns;
  const values = [...(target.stamped ? [literal(connection)] : []), ...target.columns.map(ident)];
  return `INSERT INTO ${table(target)} ${list(into)} OVERRIDING SYSTEM VALUE SELECT ${values.join(', ')} FROM ${stage}`;
}

/** A list of columns; none at all for a table that has none, since `()` is no SQL. */
function list(columns: readonly string[]): string {
  return columns.length === 0 ? '' : `(${columns.map(ident).join(', ')})`;
}

/**
 * Counts the rows where all that the source has was staged and that are not among them, and removes them unless they
 * are more than so many: a trigger or a foreign key must not act for a row that is to stay after all.
 *
 * Returns one row: extra, and removed, which is 0 where they are too many.
 *
 * @param most null where all may go
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
  // PostgreSQL asks this once, before it looks for the rows a second time: in most chunks there are none.
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

/** Removes all rows of this connection. */
export function deleteMine(target: Target, connection: string): string {
  return `DELETE FROM ${rowsOf(target)} t WHERE ${['true', ...mine(target, connection)].join(' AND ')}`;
}

/** Counts the rows of this connection. */
export function countMine(target: CountedTable, connection: string): string {
  return `SELECT pg_catalog.count(*) AS rows FROM ${rowsOf(target)} t WHERE ${['true', ...mine(target, connection)].join(' AND ')}`;
}

/** Whether this connection has any row in the table; in a table without a stamp, whether anybody has. */
export function anyMine(target: Target, connection: string): string {
  const conditions = ['true', ...mine(target, connection)].join(' AND ');
  return `SELECT EXISTS (SELECT FROM ${rowsOf(target)} t WHERE ${conditions}) AS any`;
}

/** What {@link countMine} needs to know of a table. */
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
