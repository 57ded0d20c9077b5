import { SyncFailure } from '../../shared/errors.ts';
import type { Session } from '../postgres/session.ts';

/** Everything that changes the shape of central runs under this advisory transaction lock. */
export const DDL_LOCK = "pg_advisory_xact_lock(hashtextextended('branchline.ddl', 0))";

const VERSION = 1;

/** SQLSTATE undefined_table, of a missing schema too. */
const UNDEFINED_TABLE = '42P01';

/**
 * Branchline's own tables at central. `sources` says who syncs a connection, `checkpoints` how far each
 * table has come; both are only ever written together with what they speak of, in one transaction.
 */
export const SETUP_SQL = `
CREATE SCHEMA IF NOT EXISTS branchline;
CREATE TABLE IF NOT EXISTS branchline.setup (
  version integer PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS branchline.sources (
  connection text PRIMARY KEY,
  installation text NOT NULL,
  host text NOT NULL,
  claim bigint NOT NULL DEFAULT 0,
  heartbeat timestamptz,
  identity text
);
CREATE TABLE IF NOT EXISTS branchline.checkpoints (
  connection text NOT NULL,
  table_name text NOT NULL,
  epoch bigint NOT NULL DEFAULT 1,
  seq bigint NOT NULL DEFAULT 0,
  batch_id text,
  strategy text,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'running', 'done')),
  direct boolean NOT NULL DEFAULT false,
  resumed boolean NOT NULL DEFAULT false,
  last_key json,
  mark json,
  pass_mark json,
  processed bigint NOT NULL DEFAULT 0,
  skipped bigint NOT NULL DEFAULT 0,
  deleted bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  central_rows bigint,
  source_snapshot_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (connection, table_name)
) WITH (fillfactor = 50);
INSERT INTO branchline.setup (version) VALUES (${VERSION}) ON CONFLICT DO NOTHING`;

/**
 * Makes Branchline's own schema where it is missing. Only then it needs the right to create a schema.
 *
 * @throws SyncFailure `central_permission`
 */
export async function setUpCentral(session: Session): Promise<void> {
  if ((await foundVersion(session)) >= VERSION) return;
  await session.script(`BEGIN; SET LOCAL lock_timeout = '10s'; SELECT ${DDL_LOCK}; ${SETUP_SQL}; COMMIT`);
}

/** Asked straight away: whether it is there is a question of its own, and on most days the answer is yes. */
async function foundVersion(session: Session): Promise<number> {
  try {
    const found = await session.query('SELECT max(version) AS version FROM branchline.setup');
    return Number(found.rows[0]?.version);
  } catch (error) {
    if (error instanceof SyncFailure && error.detail.sqlstate === UNDEFINED_TABLE) return 0;
    throw error;
  }
}
