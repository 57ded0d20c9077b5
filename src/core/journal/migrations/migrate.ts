import type Database from 'better-sqlite3';
import { UsageCode, UsageError } from '../../../shared/errors.ts';
import { initial } from './0001-initial.ts';
import { shapeCache } from './0002-shape-cache.ts';
import { schedules } from './0003-schedules.ts';
import { service } from './0004-service.ts';
import { history } from './0005-history.ts';
import { standing } from './0006-standing.ts';
import { allTables } from './0007-all-tables.ts';
import { traffic } from './0008-traffic.ts';
import { officeRequests } from './0009-office-requests.ts';
import { checkedRows } from './0010-checked-rows.ts';

/** In order; the schema's version (`user_version`) is how many of them have run. A released one never changes. */
const MIGRATIONS: readonly string[] = [
  initial,
  shapeCache,
  schedules,
  service,
  history,
  standing,
  allTables,
  traffic,
  officeRequests,
  checkedRows,
];

/** The newest schema that this program knows. */
export const KNOWN_VERSION = MIGRATIONS.length;

/** The schema version of an open database; 0 where it is new. */
export function schemaVersion(db: Database.Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/**
 * Refuses a database that a newer Branchline has written: its rows may mean something else now.
 *
 * @throws UsageError `journal_newer`
 */
export function refuseNewer(db: Database.Database, file: string): void {
  const version = schemaVersion(db);
  if (version > KNOWN_VERSION) {
    throw new UsageError(UsageCode.JournalNewer, { file, version, known: KNOWN_VERSION });
  }
}

/**
 * What a database has that no migration of ours makes: a trigger could write that a batch has completed, and a view in
 * the place of a table may never end. Tables without a version were never finished by us either.
 *
 * @returns what it is, for the log; null where there is nothing of the kind
 */
export function foreignToUs(db: Database.Database): string | null {
  const objects = db
    .prepare<[], { type: string; name: string; sql: string | null }>(
      'SELECT type, name, sql FROM sqlite_schema',
    )
    .all();
  const found = objects.find(
    ({ type, sql }) =>
      (type === 'trigger' || type === 'view') && !MIGRATIONS.some((one) => one.includes(sql ?? '\0')),
  );
  if (found !== undefined) return `a ${found.type} ${found.name} that Branchline has not made`;
  return objects.length > 0 && schemaVersion(db) <= 0 ? 'tables, but no version' : null;
}

/**
 * Brings the schema to the newest version, each step in a transaction of its own. Safe when two processes
 * do it at once: the version is read again under the write lock.
 *
 * @throws UsageError `journal_newer`
 */
export function migrate(db: Database.Database, file: string): void {
  refuseNewer(db, file);
  const step = db.transaction(() => {
    const version = schemaVersion(db);
    const next = MIGRATIONS[version];
    if (next === undefined) return false;
    db.exec(next);
    db.pragma(`user_version = ${version + 1}`);
    return true;
  });
  while (schemaVersion(db) < KNOWN_VERSION) {
    if (!step.immediate()) break;
  }
}
