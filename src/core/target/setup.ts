import { FailureCode, SyncFailure } from '../../shared/errors.ts';
import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import type { Session, StatementResult } from '../postgres/session.ts';
import { ROLES_OWN_PATH } from '../postgres/sessionSettings.ts';
import { FENCED } from './checkpoint.ts';
import { awaitLock, ddlLocked, LOCK_PATIENCE, OWN_TABLES_LOCK, tryLock } from './ddlLocks.ts';
import { MAKE_LOCAL_SCHEMAS, takeBack } from './distribution.ts';
import { HEAD_OFFICE_SQL } from './headOfficeTables.ts';
import { REFUSE_UNTRUSTED_OWNERS, setUpUntrusted } from './ownOwners.ts';

/** The version of our tables that this program makes and needs. */
export const OWN_TABLES_VERSION = 5;

/** SQLSTATE undefined_table, also for a missing schema. */
export const UNDEFINED_TABLE = '42P01';
/** SQLSTATE undefined_column. */
export const UNDEFINED_COLUMN = '42703';

const HAS_VERSION = `INSERT INTO branchline.setup (version) VALUES (${OWN_TABLES_VERSION}) ON CONFLICT DO NOTHING`;

const DELETE_RIGHTS_SQL = `CREATE TABLE IF NOT EXISTS branchline.delete_rights (
  schema_name pg_catalog.name NOT NULL,
  table_name pg_catalog.text NOT NULL,
  connection pg_catalog.text NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (schema_name, table_name)
)`;

/**
 * Branchline's own tables at central. Half of each page stays free and no changing column has an index, so that updates
 * are HOT ones: they write no index, and need no vacuum. `sources` has the claim of each connection and its schema. `checkpoints` has the
 * checkpoint of each table, written in the same transaction as the rows. `delete_rights` has the one connection that may
 * delete in a table of layout `merge`.
 */
const SETUP_SQL: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS branchline.setup (
  version integer PRIMARY KEY,
  at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
  spread_seconds integer
)`,
  `CREATE TABLE IF NOT EXISTS branchline.sources (
  connection pg_catalog.text PRIMARY KEY,
  installation pg_catalog.text NOT NULL,
  host pg_catalog.text NOT NULL,
  claim bigint NOT NULL DEFAULT 0,
  heartbeat timestamp with time zone,
  identity pg_catalog.text,
  layout pg_catalog.text,
  target_schema pg_catalog.name,
  fence bigint NOT NULL DEFAULT 0,
  unchanged pg_catalog.json
) WITH (fillfactor = 50)`,
  `CREATE TABLE IF NOT EXISTS branchline.checkpoints (
  connection pg_catalog.text NOT NULL,
  table_name pg_catalog.text NOT NULL,
  epoch bigint NOT NULL DEFAULT 1,
  seq bigint NOT NULL DEFAULT 0,
  batch_id pg_catalog.text,
  strategy pg_catalog.text,
  state pg_catalog.text NOT NULL DEFAULT 'new'
    CHECK (state OPERATOR(pg_catalog.=) ANY (ARRAY['new', 'running', 'done'])),
  direct boolean NOT NULL DEFAULT false,
  resumed boolean NOT NULL DEFAULT false,
  last_key pg_catalog.json,
  mark pg_catalog.json,
  pass_mark pg_catalog.json,
  processed bigint NOT NULL DEFAULT 0,
  skipped bigint NOT NULL DEFAULT 0,
  deleted bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  central_rows bigint,
  source_snapshot_at timestamp with time zone,
  updated_at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
  removed bigint NOT NULL DEFAULT 0,
  removed_of bigint,
  removed_since timestamp with time zone,
  counted_at timestamp with time zone,
  unproven bigint NOT NULL DEFAULT 0,
  rewritten pg_catalog.jsonb,
  follows bigint,
  PRIMARY KEY (connection, table_name)
) WITH (fillfactor = 50, toast_tuple_target = 512)`,
  DELETE_RIGHTS_SQL,
];

/**
 * Upgrades from version 1 (no delete brake per table, no counts for the proof), version 2 (no owner of a schema; each
 * connection records it at its next claim), version 3 (no notes of what head office itself has changed) and version 4
 * (claims raised the epoch of each checkpoint, and every unchanged table was written).
 */
const UPGRADE_SQL: readonly string[] = [
  'ALTER TABLE branchline.setup ADD COLUMN IF NOT EXISTS spread_seconds integer',
  `ALTER TABLE branchline.checkpoints
  ADD COLUMN IF NOT EXISTS removed bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS removed_of bigint,
  ADD COLUMN IF NOT EXISTS removed_since timestamp with time zone,
  ADD COLUMN IF NOT EXISTS counted_at timestamp with time zone,
  ADD COLUMN IF NOT EXISTS unproven bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS rewritten pg_catalog.jsonb,
  ADD COLUMN IF NOT EXISTS follows bigint,
  SET (fillfactor = 50, toast_tuple_target = 512)`,
  `ALTER TABLE branchline.sources
  ADD COLUMN IF NOT EXISTS layout pg_catalog.text,
  ADD COLUMN IF NOT EXISTS target_schema pg_catalog.name,
  ADD COLUMN IF NOT EXISTS fence bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS unchanged pg_catalog.json,
  SET (fillfactor = 50)`,
  DELETE_RIGHTS_SQL,
];

/** Our own tables whose rows belong to a connection. */
export const OWN_TABLES = ['sources', 'checkpoints', 'delete_rights'] as const;

/**
 * PL/pgSQL that refuses own tables made by a branch's role. Such a role may make tables in our schema, for staging. One
 * with the name of a table of a later version would be accepted by CREATE TABLE IF NOT EXISTS, and its owner bypasses the
 * policies.
 */
export function refuseBranches(names: readonly string[]): string {
  return `DECLARE t record; BEGIN
    FOR t IN SELECT c.relname, r.rolname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
      WHERE n.nspname OPERATOR(pg_catalog.=) 'branchline' AND c.relname OPERATOR(pg_catalog.=) ANY ('{${names.join()}}')
        AND c.relowner OPERATOR(pg_catalog.<>) n.nspowner AND NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) current_user
    LOOP RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = pg_catalog.format(
      'branchline.%I belongs to role %I, which is not head office''s: see what that role has done to it, then drop it or give it another owner', t.relname, t.rolname);
    END LOOP; END`;
}

/** SQL for an administrator of head office if branches have their own roles. To be run again after a new version. */
export const OWN_SCHEMA_SQL: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS branchline;',
  `DO ${literal(oneLine(refuseBranches(['setup', ...OWN_TABLES])))};`,
  `${[...SETUP_SQL, ...UPGRADE_SQL, HAS_VERSION].join(';\n')};`,
];

/**
 * Makes Branchline's own schema if it is missing, and upgrades an older one.
 *
 * @param ahead statements that read our own tables. They travel in the same round trip, in a transaction that stays open.
 * @returns results of `ahead`; null if the schema had to be made or upgraded first, so that no transaction is open
 * @throws SyncFailure `central_set_up_denied`, `central_set_up_untrusted` with the SQL for head office in `params.sql`
 */
export async function setUpCentral(
  session: Session,
  ahead: readonly string[] = [],
): Promise<readonly StatementResult[] | null> {
  try {
    for (;;) {
      const { version, results } = await foundVersion(session, ahead);
      if (version >= OWN_TABLES_VERSION) return results;
      if (results !== null) await session.query('ROLLBACK');
      if (!(await lockOwnTables(session))) continue;
      if (version > 0) {
        await takeBack(session, 'branchline');
        await session.script([REFUSE_UNTRUSTED_OWNERS, ...UPGRADE_SQL, REFUSE_UNTRUSTED_OWNERS, HAS_VERSION]);
      } else await makeOwnTables(session);
      await session.query('COMMIT');
      return null;
    }
  } catch (error) {
    throw ddlLocked(await setUpDenied(session, error));
  }
}

/**
 * Takes the lock on our own tables, in a transaction that stays open. If another installation has it, waits until that
 * one is done: what it has made is looked for again, and all who wait so go on together.
 *
 * @returns whether the lock was free
 */
async function lockOwnTables(session: Session): Promise<boolean> {
  const begin = [...session.begin(), LOCK_PATIENCE];
  const results = await session.script([...begin, `SELECT ${tryLock(OWN_TABLES_LOCK)} AS locked`]);
  if (results.at(-1)?.rows[0]?.locked === 't') return true;
  await session.script([`SELECT ${awaitLock(OWN_TABLES_LOCK)}`, 'COMMIT']);
  return false;
}

/** Tries, in the open transaction, whether our own tables can be made, or exist and can be written. */
export async function tryOwnTables(session: Session): Promise<void> {
  const made = "SELECT pg_catalog.to_regclass('branchline.setup') IS NOT NULL AS made";
  const [, found] = await session.script([REFUSE_UNTRUSTED_OWNERS, made]);
  const isMade = found?.rows[0]?.made === 't';
  if (!isMade || Number((await session.query(FOUND_VERSION)).rows[0]?.version) < OWN_TABLES_VERSION)
    return makeOwnTables(session);
  const writes = OWN_TABLES.map(
    (name) => `UPDATE branchline.${name} SET connection = connection WHERE false`,
  );
  await session.script(['CREATE TABLE branchline.stage_of_a_test ()', ...writes]);
}

/** Makes our schema and its tables if they are missing, in the open transaction. */
async function makeOwnTables(session: Session): Promise<void> {
  // CREATE SCHEMA IF NOT EXISTS needs the right to create one even if the schema exists.
  const found = await session.query("SELECT pg_catalog.to_regnamespace('branchline') IS NULL AS missing");
  const missing = found.rows[0]?.missing === 't';
  if (!missing) await takeBack(session, 'branchline');
  await session.script([
    ...(missing ? [`SELECT ${MAKE_LOCAL_SCHEMAS}`, 'CREATE SCHEMA branchline'] : []),
    REFUSE_UNTRUSTED_OWNERS,
    ...SETUP_SQL,
    // Elsewhere they are made when they are missed, because only the schema's owner may make them.
    ...(missing ? HEAD_OFFICE_SQL : []),
    // Checked again: somebody may have made a table meanwhile.
    REFUSE_UNTRUSTED_OWNERS,
    HAS_VERSION,
  ]);
}

/** Turns a permission error about our own schema into a failure with the SQL for head office; returns others unchanged. */
export async function setUpDenied(session: Session, error: unknown): Promise<unknown> {
  if (!(error instanceof SyncFailure)) return error;
  if (error.detail.sqlstate === FENCED) return setUpUntrusted(session, error);
  if (error.detail.code !== FailureCode.CentralPermission) return error;
  try {
    await session.query('ROLLBACK');
    const { rows } = await session.query(OWNERS);
    const role = ident(rows[0]?.role ?? '');
    const owned = rows.flatMap((row) => (row.name == null ? [] : [qualified('branchline', row.name)]));
    const separate = rows.some((row) => row.secured === 't');
    const sql = separate
      ? OWN_SCHEMA_SQL
      : rows[0]?.is_there === 't'
        ? [
            `ALTER SCHEMA "branchline" OWNER TO ${role};`,
            ...owned.map((one) => `ALTER TABLE ${one} OWNER TO ${role};`),
          ]
        : [`CREATE SCHEMA "branchline" AUTHORIZATION ${role};`];
    const user = rows[0]?.role ?? '';
    const params = { ...error.detail.params, user, schema: 'branchline', sql: sql.join('\n') };
    const { CentralSetUpDenied: code } = FailureCode;
    return new SyncFailure({ ...error.detail, code, params }, { cause: error });
  } catch {
    return error;
  }
}

/**
 * Our role, whether our schema exists, and its tables that belong to other roles. If these have policies, each branch has
 * its own role, which must not own them.
 */
const OWNERS = `SELECT current_user AS role, n.oid IS NOT NULL AS is_there, c.relname AS name, c.relrowsecurity AS secured
  FROM (SELECT) one LEFT JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) 'branchline'
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
    AND c.relkind OPERATOR(pg_catalog.=) 'r'
    AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')`;

/** SQL of the version of our tables. */
const FOUND_VERSION = 'SELECT pg_catalog.max(version) AS version FROM branchline.setup';

interface FoundVersion {
  /** 0 if our tables do not exist. */
  readonly version: number;
  /** Results of the statements ahead; null if there were none or they could not run. */
  readonly results: readonly StatementResult[] | null;
}

/** The version of our tables at central; 0 if there are none. Writes nothing. @throws SyncFailure */
export async function ownTablesVersion(session: Session): Promise<number> {
  return (await foundVersion(session, [])).version;
}

/** Reads the version of our tables. It does not check first whether they exist, since they nearly always do. */
async function foundVersion(session: Session, ahead: readonly string[]): Promise<FoundVersion> {
  const opens = ahead.length > 0;
  // In one round trip. Behind a pooler every statement needs a transaction.
  const begin = opens || session.pooled ? session.begin() : [];
  const end = !opens && session.pooled ? ['COMMIT'] : [];
  try {
    const results = await session.script([
      ...begin,
      REFUSE_UNTRUSTED_OWNERS,
      FOUND_VERSION,
      ...ahead,
      ...end,
    ]);
    const version = Number(results[begin.length + 1]?.rows[0]?.version);
    return { version, results: opens ? results.slice(-ahead.length) : null };
  } catch (error) {
    const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
    if (sqlstate !== UNDEFINED_TABLE && !(opens && sqlstate === UNDEFINED_COLUMN)) throw error;
    await session.query('ROLLBACK');
    // An older version's tables lack columns that `ahead` reads.
    return opens ? foundVersion(session, []) : { version: 0, results: null };
  }
}

/**
 * Opens a transaction that writes at central, under the settings of sessionSettings.ts.
 *
 * - READ COMMITTED, whatever the database's default: each statement has to see what others have committed, and a
 *   stricter level would refuse chunks for the sake of other tables' checkpoints;
 * - the role's own search path: head office's triggers look up by it what they name without a schema.
 *
 * @param connection whose rows are written: the default of `source_connection` reads it
 */
export function beginCentral(session: Session, connection: string): readonly string[] {
  return [...session.begin(), ROLES_OWN_PATH, `SET LOCAL branchline.connection = ${literal(connection)}`];
}

/** Opens a transaction that reads central's catalogue and Branchline's own tables. */
export function beginReading(session: Session): readonly string[] {
  return session.begin();
}
