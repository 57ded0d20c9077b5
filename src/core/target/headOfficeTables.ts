import { ident, oneLine, own } from '../postgres/quote.ts';
import { BRANCH_HEALTH_SQL } from './branchHealth.ts';

/**
 * Tables in which branches tell head office how they are. Unlike those of setup.ts they are optional: a branch that may
 * not write them syncs all the same.
 */
export const HEAD_OFFICE_TABLES = ['installations', 'sync_batches', 'sync_progress'] as const;

/** Where head office asks branches to do something; see docs/requests.md. Reports do not depend on it. */
export const REQUESTS_TABLE = 'requests';

/** Raised when the tables or the view change. Noted as the view's comment, which a branch's report reads. */
export const HEAD_OFFICE_VERSION = 3;

/** The start of that comment; the version follows. */
export const VERSION_NOTE = 'Branchline: head office ';

/** Rows of a connection that are kept: whichever limit is reached first. Its own reports remove older ones. */
export const KEPT_DAYS = 90;
export const KEPT_BATCHES = 1000;

/**
 * SQL of conditions that keep one branch's row from breaking a query over all branches: arithmetic with an infinite or
 * very distant time fails.
 */
function isSane(columns: readonly string[]): string {
  const bounds = columns.flatMap((one) => [
    `${one} ${own('>')} '1970-01-01 00:00Z'`,
    `${one} ${own('<')} '2200-01-01 00:00Z'`,
  ]);
  return `CHECK (${bounds.join(' AND ')})`;
}

/**
 * The tables, which only need the rights of the schema's owner. Lengths are limited because a branch's role may write any
 * text into its own rows, and head office reads them all.
 */
export const TABLES_SQL: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS branchline.installations (
  connection character varying(100) NOT NULL,
  installation character varying(100) NOT NULL,
  label character varying(200) NOT NULL,
  host character varying(255) NOT NULL,
  version character varying(50) NOT NULL,
  last_seen timestamp with time zone NOT NULL,
  next_run timestamp with time zone,
  clock_skew_seconds bigint NOT NULL,
  late_after_hours integer NOT NULL CHECK (late_after_hours ${own('>=')} 0 AND late_after_hours ${own('<=')} 100000),
  up_to timestamp with time zone,
  tables integer NOT NULL,
  failed_tables integer NOT NULL,
  failing_since timestamp with time zone,
  differing_tables integer NOT NULL,
  differing_since timestamp with time zone,
  retired_at timestamp with time zone,
  PRIMARY KEY (connection, installation),
  ${isSane(['last_seen', 'next_run', 'up_to', 'failing_since', 'differing_since'])}
)`,
  `CREATE TABLE IF NOT EXISTS branchline.sync_batches (
  connection character varying(100) NOT NULL,
  batch_id character varying(100) NOT NULL,
  installation character varying(100) NOT NULL,
  status character varying(20) NOT NULL,
  interruption_reason character varying(20),
  "trigger" character varying(20) NOT NULL,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone NOT NULL,
  total_tables integer NOT NULL,
  completed_tables integer NOT NULL,
  failed_tables integer NOT NULL,
  skipped_tables integer NOT NULL,
  records_processed bigint NOT NULL,
  records_skipped bigint NOT NULL,
  records_deleted bigint NOT NULL,
  bytes bigint NOT NULL,
  error_code character varying(60),
  PRIMARY KEY (connection, batch_id),
  ${isSane(['started_at', 'ended_at'])}
)`,
  'CREATE INDEX IF NOT EXISTS sync_batches_by_end ON branchline.sync_batches (connection, ended_at)',
  `CREATE TABLE IF NOT EXISTS branchline.sync_progress (
  connection character varying(100) NOT NULL,
  batch_id character varying(100) NOT NULL,
  table_name character varying(200) NOT NULL,
  status character varying(20) NOT NULL,
  strategy character varying(20),
  records_processed bigint NOT NULL,
  records_skipped bigint NOT NULL,
  records_deleted bigint NOT NULL,
  bytes bigint NOT NULL,
  error_code character varying(60),
  ended_at timestamp with time zone NOT NULL,
  PRIMARY KEY (connection, batch_id, table_name),
  ${isSane(['ended_at'])}
)`,
  // Since version 2: what a report says that is another thing each time, so that it need not write `installations`.
  `ALTER TABLE branchline.sync_batches
  ADD COLUMN IF NOT EXISTS next_run timestamp with time zone ${isSane(['next_run'])},
  ADD COLUMN IF NOT EXISTS clock_skew_seconds bigint,
  ADD COLUMN IF NOT EXISTS up_to timestamp with time zone ${isSane(['up_to'])}`,
  // Since version 3. Without an index of its own: where somebody has planted a table of that name, this must change
  // nothing, so that reports go on.
  `CREATE TABLE IF NOT EXISTS branchline.${REQUESTS_TABLE} (
  connection character varying(100) NOT NULL,
  installation character varying(100) NOT NULL,
  id character varying(100) NOT NULL,
  request pg_catalog.text NOT NULL CHECK (pg_catalog.octet_length(request) ${own('<=')} 65536),
  signature character varying(200) NOT NULL,
  at timestamp with time zone NOT NULL DEFAULT pg_catalog.now(),
  state character varying(20) NOT NULL DEFAULT 'waiting',
  code character varying(60),
  batch_id character varying(100),
  received_at timestamp with time zone,
  ended_at timestamp with time zone,
  PRIMARY KEY (connection, id),
  ${isSane(['at', 'received_at', 'ended_at'])}
)`,
];

/** Makes the tables and the view, and upgrades those of an earlier version. For the owner of the schema. */
export const HEAD_OFFICE_SQL: readonly string[] = [
  ...TABLES_SQL,
  BRANCH_HEALTH_SQL,
  `COMMENT ON VIEW branchline.branch_health IS '${VERSION_NOTE}${HEAD_OFFICE_VERSION}'`,
];

/** SQL: the relations `c` in our schema `n` that have one of these names. */
function named(names: readonly string[]): string {
  return `n.nspname ${own('=')} 'branchline' AND c.relname ${own('=')} ANY ('{${names.join()}}')`;
}

const REPORT_NAMES = [...HEAD_OFFICE_TABLES, 'branch_health'];

/** All relations of this file. */
export const HEAD_OFFICE_NAMES: readonly string[] = [...REPORT_NAMES, REQUESTS_TABLE];

function refusePlanted(names: readonly string[]): string {
  return oneLine(
    `SELECT 1 ${own('/')} CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ${own('=')} c.relnamespace
    WHERE ${named(names)} AND c.relowner ${own('<>')} n.nspowner) THEN 0 ELSE 1 END`,
  );
}

/**
 * Fails (by a division by zero) if one of the tables or the view belongs to another role than our schema, whose owner is
 * trusted already: see ownOwners.ts. A branch's role may make tables in our schema, for staging, and so tables of these
 * names before head office has made them. A statement of its own, since merely planning a query on such a view or table may
 * run its owner's functions.
 */
export const REFUSE_PLANTED = refusePlanted(REPORT_NAMES);

/** The same for the table of requests, on which reports do not depend. */
export const REFUSE_PLANTED_REQUESTS = refusePlanted([REQUESTS_TABLE]);

/** PL/pgSQL that gives them to the owner of our schema. For an administrator, who may have made them. */
export const GIVE_TO_OWNER = `DECLARE t record; BEGIN
    FOR t IN SELECT c.relname, c.relkind, pg_catalog.pg_get_userbyid(n.nspowner) AS owner FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid ${own('=')} c.relnamespace WHERE ${named(HEAD_OFFICE_NAMES)} AND c.relowner ${own('<>')} n.nspowner
    LOOP EXECUTE pg_catalog.format('ALTER %s branchline.%I OWNER TO %I', CASE WHEN t.relkind ${own('=')} 'v' THEN 'VIEW' ELSE 'TABLE' END, t.relname, t.owner);
    END LOOP; END`;

/** SQL that lets a role read how all branches stand, and nothing else. */
export function readingSql(role: string): readonly string[] {
  const names = ['branch_health', ...HEAD_OFFICE_TABLES].map((one) => `branchline.${one}`);
  return [
    `GRANT USAGE ON SCHEMA branchline TO ${ident(role)};`,
    `GRANT SELECT ON ${names.join(', ')} TO ${ident(role)};`,
  ];
}

/** What a branch's own role may do with the requests to it: read them, and say what has become of them. */
export const ANSWERING_RIGHTS = 'SELECT, UPDATE (state, code, batch_id, received_at, ended_at)';

/** SQL that lets a role of head office ask branches to do something. Requests need a signature besides. */
export function askingSql(role: string): readonly string[] {
  return [
    ...readingSql(role),
    `GRANT SELECT, INSERT (connection, installation, id, request, signature), DELETE ON branchline.${REQUESTS_TABLE} TO ${ident(role)};`,
  ];
}
