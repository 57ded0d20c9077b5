import { FailureCode, SyncFailure } from '../../shared/errors.ts';
import type { Layout } from '../../shared/settings.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { ident, literal, qualified } from '../postgres/quote.ts';
import type { Session, Statement, TextRow } from '../postgres/session.ts';
import { hasOwnRole } from './branchPolicies.ts';
import { ddlLocked, LOCK_PATIENCE, takeLock, tryLock } from './ddlLocks.ts';
import { type Change, extendType } from './drift.ts';
import type { OwnTypes } from './ownTypes.ts';
import { tooManyColumns, tooManyNewColumns } from './refusals.ts';
import { centralKey, refuseStampTaken, STAMP, STAMP_DEFAULT } from './target.ts';

/**
 * Plans and runs DDL in one transaction, under locks that only one installation holds. So the plan is still right when
 * it runs, and no branch narrows what another has just widened. If others lock the table for more than 5 s, the DDL fails
 * and is retried later: waiting longer would block all readers queued behind us.
 *
 * @param locks keys of the locks, in the order of ddlLocks.ts
 * @param look query that runs once the locks are held
 * @param isDone asked before it waits for a lock: whether who holds it has done this work by now
 * @param plan gets the first row of `look`'s result, and returns the statements to run
 * @throws SyncFailure `central_permission` with the SQL for head office in `params.sql`
 */
export async function runDdl(
  session: Session,
  locks: readonly string[],
  look: Statement,
  isDone: () => Promise<boolean>,
  plan: (found: TextRow) => Promise<DdlPlan>,
): Promise<void> {
  let planned: DdlPlan = { statements: [] };
  // No wait for the disk here: the commit of the first checkpoint waits, and includes this one.
  const begin = [...session.begin(), LOCK_PATIENCE, 'SET LOCAL synchronous_commit = off'];
  try {
    const free = `SELECT ${locks.map(tryLock).join(' AND ')} AS free`;
    let results = await session.script([...begin, free, DDL_PATIENCE, look]);
    if (results[begin.length]?.rows[0]?.free !== 't') {
      await session.query('ROLLBACK');
      if (await isDone()) return;
      const taken = locks.map((key) => `SELECT ${takeLock(key)}`);
      results = await session.script([...begin, ...taken, DDL_PATIENCE, look]);
    }
    planned = await plan(results.at(-1)?.rows[0] ?? {});
    const { settings = [], statements, notes = [] } = planned;
    const set = settings.map((one) => `SET LOCAL ${one}`);
    await session.script([...set, ...statements, ...notes, 'COMMIT'], session.workMs);
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw ddlLocked(await withSql(session, error, planned));
  }
}

const DDL_PATIENCE = "SET LOCAL lock_timeout = '5s'";

export interface DdlPlan {
  /** Settings under which the statements run, as in SET. */
  readonly settings?: readonly string[];
  readonly statements: readonly string[];
  /** Run after them. Left out of the SQL for head office. */
  readonly notes?: readonly string[];
  /** GRANTs that our role needs if head office makes the objects. */
  readonly grants?: (role: string) => readonly string[];
  /** The same if each branch has its own role. Each statement ends with a semicolon. */
  readonly boundGrants?: (role: string) => readonly string[];
}

async function withSql(
  session: Session,
  error: unknown,
  { settings = [], statements, grants, boundGrants }: DdlPlan,
): Promise<unknown> {
  if (!(error instanceof SyncFailure) || error.detail.code !== FailureCode.CentralPermission) return error;
  if (statements.length === 0) return error;
  const role = String(error.detail.params.user ?? '');
  const made = [...settings.map((one) => `SET ${one}`), ...statements].map((one) => `${one};`);
  const bound = boundGrants !== undefined && (await hasOwnRole(session).catch(() => true));
  const given = bound ? boundGrants(role) : (grants?.(role) ?? []).map((one) => `${one};`);
  const sql = [...made, ...given].join('\n');
  return new SyncFailure({ ...error.detail, params: { ...error.detail.params, sql } }, { cause: error });
}

/**
 * SQL that changes a central table. All column changes are one ALTER TABLE, so that the table is rewritten only once,
 * however many types are widened. Citus takes only one change at a time: there it is one ALTER TABLE each.
 */
export function alignTable(
  { schema, distributed }: Pick<TableShape, 'schema' | 'distributed'>,
  source: TableShape,
  changes: readonly Change[],
  types: OwnTypes,
): readonly string[] {
  const extensions: string[] = [];
  const alone: string[] = [];
  const ordered = [...changes].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
  for (const change of ordered) {
    if (change.kind === 'extend') extensions.push(...extendType(change.column, change.there, types));
    else alone.push(action(change, types));
  }
  const actions = distributed || alone.length === 0 ? alone : [alone.join(', ')];
  const alter = actions.map((one) => `ALTER TABLE ${qualified(schema, source.name)} ${one}`);
  // Two columns of the same type would add the same labels twice.
  return [...new Set([...types.statements, ...extensions]), ...alter];
}

/** A key is dropped before its columns may become NULL, and made when they have their new types. */
const ORDER: readonly Change['kind'][] = ['extend', 'drop_key', 'add', 'widen', 'nullable', 'add_key'];

function action(change: Exclude<Change, { kind: 'extend' }>, types: OwnTypes): string {
  switch (change.kind) {
    case 'add':
      return `ADD COLUMN ${ident(change.column.name)} ${types.typeFor(change.column)}`;
    case 'widen':
      return `ALTER COLUMN ${ident(change.column.name)} TYPE ${types.typeFor(change.column)}`;
    case 'nullable':
      return `ALTER COLUMN ${ident(change.name)} DROP NOT NULL`;
    case 'drop_key':
      return `DROP CONSTRAINT ${ident(change.constraint)}`;
    case 'add_key':
      return `ADD ${change.primary ? 'PRIMARY KEY' : 'UNIQUE'} (${change.columns.map(ident).join(', ')})`;
  }
}

/** PostgreSQL's maximum number of columns of a table (MaxHeapAttributeNumber). */
const MOST_COLUMNS = 1600;

/** Maximum number of columns in a shared table that a branch makes: other branches need room for their own. */
const MOST_MADE = 1000;
/** Maximum number of columns that one branch may add to a shared table in all, so that it cannot use them up. */
const MOST_ADDED = 100;

/**
 * Limits how many columns one branch adds to a shared table. A comment on each column says which branch added it.
 *
 * @returns SQL of the comments
 * @throws SyncFailure `too_many_new_columns`
 */
export async function noteAdded(
  session: Session,
  central: TableShape,
  connection: string,
  layout: Layout,
  changes: readonly Change[],
): Promise<readonly string[]> {
  const added = changes.flatMap((one) => (one.kind === 'add' ? [one.column.name] : []));
  if (layout === 'schema' || added.length === 0) return [];
  const note = `Branchline: added for ${connection}`;
  const { rows } = await session.query(
    `SELECT pg_catalog.count(*) AS added FROM pg_catalog.pg_description d
     WHERE d.objoid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND d.classoid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.description OPERATOR(pg_catalog.=) $2`,
    [central.oid, note],
  );
  const columns = Number(rows[0]?.added) + added.length;
  if (columns > MOST_ADDED) throw tooManyNewColumns(central.name, columns, MOST_ADDED);
  const table = qualified(central.schema, central.name);
  return added.map((one) => `COMMENT ON COLUMN ${table}.${ident(one)} IS ${literal(note)}`);
}

/**
 * SQL that creates the central table of a source table, with its columns and key. A generated column of the source is an
 * ordinary one at central, since its values are copied.
 *
 * @throws SyncFailure `stamp_column_taken`, `too_many_columns` where the stamp would be one column too many, `too_many_new_columns`
 */
export function createTable(
  schema: string,
  source: TableShape,
  layout: Layout,
  types: OwnTypes,
): readonly string[] {
  const stamped = layout === 'stamp';
  refuseStampTaken(source, layout);
  if (stamped && source.columns.length >= MOST_COLUMNS) throw tooManyColumns(source.name, MOST_COLUMNS);
  if (layout !== 'schema' && source.columns.length > MOST_MADE)
    throw tooManyNewColumns(source.name, source.columns.length, MOST_MADE);
  const key = source.key ?? [];
  const columns = source.columns.map((one) => {
    // In a shared table only the key is NOT NULL, because other branches may allow NULL elsewhere.
    const notNull = key.includes(one.name) || (layout === 'schema' && one.notNull);
    return `${ident(one.name)} ${types.typeFor(one)}${notNull ? ' NOT NULL' : ''}`;
  });
  if (stamped)
    columns.unshift(
      `${ident(STAMP)} pg_catalog.text COLLATE pg_catalog."C" NOT NULL DEFAULT ${STAMP_DEFAULT}`,
    );
  const unique = centralKey(source, layout);
  if (unique !== null) columns.push(`PRIMARY KEY (${unique.map(ident).join(', ')})`);
  return [...types.statements, `CREATE TABLE ${qualified(schema, source.name)} (${columns.join(', ')})`];
}
