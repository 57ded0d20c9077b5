import { SyncFailure } from '../../shared/errors.ts';
import { oneLine, own } from '../postgres/quote.ts';
import type { Session, Statement } from '../postgres/session.ts';
import { FENCED } from './checkpoint.ts';
import { OWN_TABLES_LOCK, takeLock } from './ddlLocks.ts';
import { type BranchReport, type ReportExtras, reportStatements } from './headOfficeReport.ts';
import {
  HEAD_OFFICE_SQL,
  HEAD_OFFICE_VERSION,
  REFUSE_PLANTED,
  TABLES_SQL,
  VERSION_NOTE,
} from './headOfficeTables.ts';
import { UNDEFINED_COLUMN, UNDEFINED_TABLE } from './setup.ts';

/** `written`; `denied` where our role may not write; `untrusted` where others own the tables; `failed` otherwise. */
export type Reported = 'written' | 'denied' | 'untrusted' | 'failed';

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/** Statements that write a report in a transaction of their own. */
export function reportTransaction(
  session: Session,
  report: BranchReport,
  extras: ReportExtras,
): readonly (string | Statement)[] {
  return [...session.begin(), REFUSE_PLANTED, ...reportStatements(report, extras), 'COMMIT'];
}

/** Time limit of a report. It tells people something, so a run's end must not wait longer for it. */
const REPORT_MS = 10_000;

/** SQLSTATE syntax_error, also for more values than the table has columns. */
const SYNTAX_ERROR = '42601';
/** What a report meets where the tables are missing or of an earlier version. */
const NOT_MADE: readonly (string | undefined)[] = [UNDEFINED_TABLE, UNDEFINED_COLUMN, SYNTAX_ERROR];

/** Whether a report failed because the tables are of version 1. */
export function areOlderTables(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.sqlstate === SYNTAX_ERROR;
}

export interface WrittenReport {
  readonly reported: Reported;
  /** Whether the tables are of an earlier version, and only an administrator may change them. */
  readonly older: boolean;
}

/**
 * Writes a report. Makes the tables first, or upgrades them, where our role owns the schema. Where it does not, tables of
 * an earlier version get what that version reported.
 *
 * @param ahead statements that do not depend on it, for the same round trip
 */
export async function writeReport(
  session: Session,
  report: BranchReport,
  extras: ReportExtras,
  ahead: readonly string[] = [],
): Promise<WrittenReport> {
  const { older } = extras;
  try {
    const results = await session.script(
      [...ahead, ...reportTransaction(session, report, extras)],
      REPORT_MS,
    );
    // Head office has deleted the row, or its database is another one.
    if (results.some(({ rows }) => rows[0]?.known === '0')) await writeAnew(session, report, older);
    return { reported: 'written', older };
  } catch (error) {
    const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
    await session.query('ROLLBACK').catch(() => {});
    if (!NOT_MADE.includes(sqlstate)) return { reported: reportedAs(sqlstate), older };
    let isOlder = false;
    const reported = await ignoring(session, async () => {
      if (await makeTables(session)) return writeAnew(session, report, false);
      isOlder = areOlderTables(error);
      return isOlder ? writeAnew(session, report, true) : 'denied';
    });
    return { reported, older: isOlder };
  }
}

async function writeAnew(session: Session, report: BranchReport, older: boolean): Promise<Reported> {
  const extras = { isNew: true, prunes: false, older };
  await session.script(reportTransaction(session, report, extras), REPORT_MS);
  return 'written';
}

async function ignoring(session: Session, work: () => Promise<Reported>): Promise<Reported> {
  try {
    return await work();
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    return reportedAs(error instanceof SyncFailure ? error.detail.sqlstate : undefined);
  }
}

function reportedAs(sqlstate: string | undefined): Reported {
  if (sqlstate === DENIED || sqlstate === UNDEFINED_TABLE) return 'denied';
  return sqlstate === FENCED ? 'untrusted' : 'failed';
}

const FOUND = oneLine(`SELECT pg_catalog.pg_get_userbyid(n.nspowner) ${own('=')} current_user AS ours,
    pg_catalog.obj_description(pg_catalog.to_regclass('branchline.branch_health'), 'pg_class') AS noted
  FROM pg_catalog.pg_namespace n WHERE n.nspname ${own('=')} 'branchline'`);

/**
 * Makes or upgrades the tables and the view where an earlier version has made them.
 *
 * @param areThere false where one of them is known to be missing
 */
export async function upgradeHeadOffice(session: Session, areThere = true): Promise<void> {
  await ignoring(session, async () => ((await makeTables(session, areThere)) ? 'written' : 'denied'));
}

/**
 * @param areThere whether all tables are known to exist
 * @returns false where our role does not own the schema, so that an administrator has to make them
 */
async function makeTables(session: Session, areThere = false): Promise<boolean> {
  const found = (await session.query(FOUND)).rows[0];
  if (found?.ours !== 't') return false;
  const { noted } = found;
  const version = noted?.startsWith(VERSION_NOTE) ? Number(noted.slice(VERSION_NOTE.length)) : 0;
  // Another branch was first.
  if (areThere && version >= HEAD_OFFICE_VERSION) return true;
  // A later version has made them, and its view must stay. Tables that were dropped since are made again all the same.
  const sql = version > HEAD_OFFICE_VERSION ? TABLES_SQL : HEAD_OFFICE_SQL;
  await session.script(
    [
      ...session.begin(),
      "SET LOCAL lock_timeout = '5s'",
      `SELECT ${takeLock(OWN_TABLES_LOCK)}`,
      REFUSE_PLANTED,
      ...sql,
      REFUSE_PLANTED,
      'COMMIT',
    ],
    REPORT_MS,
  );
  return true;
}
