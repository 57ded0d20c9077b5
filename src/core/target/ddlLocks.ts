import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { literal } from '../postgres/quote.ts';

/**
 * How long DDL waits for one of these locks. Waiting for it blocks nobody else, so this is longer than the lock time-out
 * of the DDL itself.
 */
export const LOCK_PATIENCE = "SET LOCAL lock_timeout = '10s'";

/** Key of the lock under which Branchline's own tables at central are made and upgraded. */
export const OWN_TABLES_LOCK = 'branchline.ddl';

/** Key of the lock under which one target table is made or changed. */
export function tableLock(schema: string, table: string): string {
  return `branchline.ddl table ${schema}.${table}`;
}

/** Key of the lock under which types of a schema are made: tables share them. Taken after {@link tableLock}. */
export function typesLock(schema: string): string {
  return `branchline.ddl types ${schema}`;
}

/** Key of the lock under which a schema is made. Taken last. */
export function schemaLock(schema: string): string {
  return `branchline.ddl schema ${schema}`;
}

/**
 * SQL expression that waits for a lock until the transaction ends. All locks are of the transaction: behind a pooler, a
 * lock of the session would stay with a session of the server that others use.
 */
export function takeLock(key: string): string {
  return `pg_catalog.pg_advisory_xact_lock(${hashOf(key)})`;
}

/** {@link takeLock} for a key that is itself an SQL expression. */
export function takeLockOf(key: string): string {
  return `pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(${key}, 0))`;
}

/** SQL expression that waits until nobody holds a lock, and lets others that wait so go on at the same time. */
export function awaitLock(key: string): string {
  return `pg_catalog.pg_advisory_xact_lock_shared(${hashOf(key)})`;
}

/** SQL expression that takes a lock if it is free, and says whether it has. */
export function tryLock(key: string): string {
  return `pg_catalog.pg_try_advisory_xact_lock(${hashOf(key)})`;
}

function hashOf(key: string): string {
  return `pg_catalog.hashtextextended(${literal(key)}, 0)`;
}

/** SQLSTATE lock_not_available. */
const LOCK_TIMEOUT = '55P03';

/** Gives a lock time-out of our DDL its own code: unlike a lock on rows, it is waited for. Returns other errors unchanged. */
export function ddlLocked(error: unknown): unknown {
  if (!(error instanceof SyncFailure) || error.detail.sqlstate !== LOCK_TIMEOUT) return error;
  const { CentralDdlLocked: code } = FailureCode;
  return new SyncFailure({ ...error.detail, code, kind: FailureKind.Transient }, { cause: error });
}
