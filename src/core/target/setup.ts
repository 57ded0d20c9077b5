import { FailureCode, SyncFailure } from '../../shared/errors.ts';
import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { ROLES_OWN_PATH } from '../postgres/sessionSettings.ts';
import { FENCED } from './checkpoint.ts';
import { REFUSE_STRANGERS, setUpUntrusted } from './ownOwners.ts';

/** SQL of the advisory transaction lock that all our DDL at central takes. */
export const DDL_LOCK = "pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('branchline.ddl', 0))";

const VERSION = 4;

/** SQLSTATE undefined_table, also for a missing schema. */
const UNDEFINED_TABLE = '42P01';

const HAS_VERSION = `INSERT INTO branchline.setup (version) VALUES (${VERSION}) ON CONFLICT DO NOTHING`;

const DELETE_RIGHTS_SQL = `CREATE TABLE IF NOT EXISTS branchline.delete_rights (
  schema_name pg_catalog.name NOT NULL,
  table_name pg_catalog.text NOT NULL,
  connection pg_catalog.text NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (schema_name, table_name)
)`;

/**
 * Branchline's own tables at central. `sources` has the claim of each connection and its schema. `checkpoints` has the
 * checkpoint of each table, written in the same transaction as the rows. `delete_rights` has the one connection that may
 * delete in a table of layout `merge`.
 */
const SETUP_SQL: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS branchline.setup (
  version integer PRIMARY KEY,
  at timestamp with time zone NOT NULL DEFAULT pg_catalog.now()
)`,
  `CREATE TABLE IF NOT EXISTS branchline.sources (
  connection pg_catalog.text PRIMARY KEY,
  installation pg_catalog.text NOT NULL,
  host pg_catalog.text NOT NULL,
  claim bigint NOT NULL DEFAULT 0,
  heartbeat timestamp with time zone,
  identity pg_catalog.text,
  layout pg_catalog.text,
  target_schema pg_catalog.name
)`,
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
  PRIMARY KEY (connection, table_name)
) WITH (fillfactor = 50)`,
  DELETE_RIGHTS_SQL,
];

/**
 * Upgrades from version 1 (no delete brake per table, no counts for the proof), version 2 (no owner of a schema; each
 * connection records it at its next claim) and version 3 (no notes of what head office itself has changed).
 */
const UPGRADE_SQL: readonly string[] = [
  `ALTER TABLE branchline.checkpoints
  ADD COLUMN IF NOT EXISTS removed bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS removed_of bigint,
  ADD COLUMN IF NOT EXISTS removed_since timestamp with time zone,
  ADD COLUMN IF NOT EXISTS counted_at timestamp with time zone,
  ADD COLUMN IF NOT EXISTS unproven bigint NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS rewritten pg_catalog.jsonb`,
  `ALTER TABLE branchline.sources
  ADD COLUMN IF NOT EXISTS layout pg_catalog.text,
  ADD COLUMN IF NOT EXISTS target_schema pg_catalog.name`,
  DELETE_RIGHTS_SQL,
];

/** Our own tables whose rows belong to a connection. */
export const OWN_TABLES = ['sources', 'checkpoints', 'delete_rights'] as const;

/**
 * PL/pgSQL that refuses own tables made by a branch's role. Such a role may make tables in our schema, for staging. One
 * with the name of a table of a later version would be accepted by CREATE TABLE IF NOT EXISTS, and its owner bypasses the
 * policies.
 */
const REFUSE_BRANCHES = `DECLARE t record; BEGIN
    FOR t IN SELECT c.relname, r.rolname FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
      WHERE n.nspname OPERATOR(pg_catalog.=) 'branchline' AND c.relname OPERATOR(pg_catalog.=) ANY ('{setup,sources,checkpoints,delete_rights}')
        AND c.relowner OPERATOR(pg_catalog.<>) n.nspowner AND NOT r.rolsuper AND r.rolname OPERATOR(pg_catalog.<>) current_user
    LOOP RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = pg_catalog.format(
      'branchline.%I belongs to role %I, which is not head office''s: see what that role has done to it, then drop it or give it another owner', t.relname, t.rolname);
    END LOOP; END`;

/** SQL for an administrator of head office if branches have their own roles. To be run again after a new version. */
export const OWN_SCHEMA_SQL: readonly string[] = [
  'CREATE SCHEMA IF NOT EXISTS branchline;',
  `DO ${literal(oneLine(REFUSE_BRANCHES))};`,
  `${[...SETUP_SQL, ...UPGRADE_SQL, HAS_VERSION].join(';\n')};`,
];

/**
 * Makes Branchline's own schema if it is missing, and upgrades an older one.
 *
 * @throws SyncFailure `central_set_up_denied`, `central_set_up_untrusted` with the SQL for head office in `params.sql`
 */
export async function setUpCentral(session: Session): Promise<void> {
  try {
    const version = await foundVersion(session);
    if (version >= VERSION) return;
    await session.script([...session.begin(), "SET LOCAL lock_timeout = '10s'", `SELECT ${DDL_LOCK}`]);
    if (version > 0) await session.script([REFUSE_STRANGERS, ...UPGRADE_SQL, REFUSE_STRANGERS, HAS_VERSION]);
    else await makeOwnTables(session);
    await session.query('COMMIT');
  } catch (error) {
    throw await setUpDenied(session, error);
  }
}

/** Tries, in the open transaction, whether our own tables can be made, or exist and can be written. */
export async function tryOwnTables(session: Session): Promise<void> {
  const made = "SELECT pg_catalog.to_regclass('branchline.setup') IS NOT NULL AS made";
  const [, found] = await session.script([REFUSE_STRANGERS, made]);
  const isMade = found?.rows[0]?.made === 't';
  if (!isMade || Number((await session.query(FOUND_VERSION)).rows[0]?.version) < VERSION)
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
  await session.script([
    ...(missing ? ['CREATE SCHEMA branchline'] : []),
    REFUSE_STRANGERS,
    ...SETUP_SQL,
    // Checked again: somebody may have made a table meanwhile.
    REFUSE_STRANGERS,
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

/** Reads the version of our tables; 0 if there are none. It does not check first, since they nearly always exist. */
async function foundVersion(session: Session): Promise<number> {
  try {
    // Both in one round trip. Behind a pooler every statement needs a transaction.
    const asked = [REFUSE_STRANGERS, FOUND_VERSION];
    const all = session.pooled ? [...session.begin(), ...asked, 'COMMIT'] : asked;
    const results = await session.script(all);
    return Number(results.at(session.pooled ? -2 : -1)?.rows[0]?.version);
  } catch (error) {
    if (!(error instanceof SyncFailure) || error.detail.sqlstate !== UNDEFINED_TABLE) throw error;
    await session.query('ROLLBACK');
    return 0;
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
