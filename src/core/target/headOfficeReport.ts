import { SyncFailure } from '../../shared/errors.ts';
import type { Value } from '../postgres/pipeline.ts';
import { oneLine, own } from '../postgres/quote.ts';
import type { Session, Statement } from '../postgres/session.ts';
import { FENCED } from './checkpoint.ts';
import { OWN_TABLES_LOCK, takeLock } from './ddlLocks.ts';
import {
  HEAD_OFFICE_SQL,
  HEAD_OFFICE_VERSION,
  KEPT_BATCHES,
  KEPT_DAYS,
  REFUSE_PLANTED,
  TABLES_SQL,
  VERSION_NOTE,
} from './headOfficeTables.ts';
import { UNDEFINED_COLUMN, UNDEFINED_TABLE } from './setup.ts';

/** How a connection stands, as its installation knows it. */
export interface BranchFacts {
  readonly label: string;
  readonly version: string;
  readonly now: Date;
  readonly nextRun: Date | null;
  /** 0: never late. */
  readonly lateAfterHours: number;
  readonly upTo: Date | null;
  readonly tables: number;
  readonly failed: number;
  readonly failingSince: Date | null;
  readonly differing: number;
  readonly differingSince: Date | null;
}

/** A connection's part of a batch. */
export interface BatchFacts {
  readonly batchId: string;
  readonly status: string;
  readonly reason: string | null;
  readonly trigger: string;
  /** Whether it was reported before, so that its rows are replaced. */
  readonly again: boolean;
  /** Seconds since it began. */
  readonly seconds: number;
  readonly total: number;
  readonly completed: number;
  readonly skipped: number;
  readonly failed: readonly { readonly table: string; readonly code: string }[];
  readonly records: { readonly processed: number; readonly skipped: number; readonly deleted: number };
  readonly bytes: number;
  /** Why nothing at all was copied; null if something was. */
  readonly errorCode: string | null;
}

export interface BranchReport {
  readonly connection: string;
  readonly installation: { readonly id: string; readonly host: string };
  /** Null for an import, whose installation is none that runs. */
  readonly branch: BranchFacts | null;
  /** Null for a run without a batch. */
  readonly batch: BatchFacts | null;
}

/** `written`; `denied` where our role may not write; `untrusted` where others own the tables; `failed` otherwise. */
export type Reported = 'written' | 'denied' | 'untrusted' | 'failed';

/** More failed tables than this are counted, but not named. */
const MOST_FAILED = 1000;

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

/** Collects values in the order of their places. */
class Values {
  readonly list: Value[] = [];

  /** @returns the place, as SQL */
  add(value: Value): string {
    this.list.push(value);
    return `$${this.list.length}`;
  }
}

/** What is sent besides the report itself. */
export interface ReportExtras {
  /** Whether head office may not know the installation yet. */
  readonly isNew: boolean;
  /** Whether old rows of the connection are removed. */
  readonly prunes: boolean;
}

/**
 * The statements of a report: one, after another for a batch that was reported before. Times are sent as distances from now,
 * so that a wrong clock at the branch does not matter at head office.
 *
 * Completed tables are not sent: the checkpoints say the same, and they are at head office already. Values are given in the
 * order of the columns, to which later versions only append: each branch sends this text with each batch.
 */
export function reportStatements(report: BranchReport, extras: ReportExtras): readonly Statement[] {
  const { connection, installation, branch, batch } = report;
  const ours = [connection, batch?.batchId ?? ''];
  const mine = `connection ${own('=')} $1 AND batch_id ${own('=')} $2`;
  const replaced = `WITH t AS (DELETE FROM branchline.sync_progress WHERE ${mine}) DELETE FROM branchline.sync_batches WHERE ${mine}`;
  const values = new Values();
  const names = { connection: values.add(connection), installation: values.add(installation.id) };
  const parts = [
    ...(batch === null ? [] : batchParts(batch, names, values)),
    installationPart(branch, report, names, values),
  ];
  const text = oneLine(`WITH ${parts.join(',')} SELECT pg_catalog.count(*) AS known FROM i`);
  return [
    ...(batch?.again === true ? [{ text: replaced, values: ours }] : []),
    ...(extras.isNew && branch !== null ? [newInstallation(report)] : []),
    { text, values: values.list },
    ...(extras.prunes ? [pruning(report)] : []),
  ];
}

type Names = Readonly<Record<'connection' | 'installation', string>>;

function newInstallation({ connection, installation }: BranchReport): Statement {
  return {
    text: "INSERT INTO branchline.installations VALUES ($1,$2,'','','',pg_catalog.now(),NULL,0,0,NULL,0,0,NULL,0) ON CONFLICT DO NOTHING",
    values: [connection, installation.id],
  };
}

function installationPart(
  branch: BranchFacts | null,
  { installation }: BranchReport,
  names: Names,
  values: Values,
): string {
  const ours = `connection ${own('=')} ${names.connection} AND installation ${own('=')} ${names.installation}`;
  if (branch === null) return `i AS (SELECT 1 WHERE ${names.installation} IS NOT NULL)`;
  const from = (at: Date | null): string =>
    at === null ? 'NULL' : `pg_catalog.now() ${own('+')} ${values.add(distance(at, branch.now))}`;
  const set: Readonly<Record<string, string>> = {
    label: values.add(name(branch.label)),
    host: values.add(name(installation.host)),
    version: values.add(name(branch.version).slice(0, 50)),
    last_seen: 'pg_catalog.now()',
    next_run: from(branch.nextRun),
    clock_skew_seconds: `extract(epoch FROM ${values.add(branch.now.toISOString())} ${own('-')} pg_catalog.now())`,
    late_after_hours: values.add(Math.min(Math.ceil(branch.lateAfterHours), 100_000)),
    up_to: from(branch.upTo),
    tables: values.add(branch.tables),
    failed_tables: values.add(branch.failed),
    failing_since: from(branch.failingSince),
    differing_tables: values.add(branch.differing),
    differing_since: from(branch.differingSince),
    retired_at: 'NULL',
  };
  const items = Object.entries(set).map(([column, value]) => `${column}=${value}`);
  return `i AS (UPDATE branchline.installations SET ${items.join()} WHERE ${ours} RETURNING 1)`;
}

const COLUMNS_OF_BATCH = [
  'connection',
  'batch_id',
  'installation',
  'status',
  'interruption_reason',
  'trigger',
  'started_at',
  'ended_at',
  'total_tables',
  'completed_tables',
  'failed_tables',
  'skipped_tables',
  'records_processed',
  'records_skipped',
  'records_deleted',
  'bytes',
  'error_code',
] as const;

function batchParts(batch: BatchFacts, names: Names, values: Values): readonly string[] {
  const id = values.add(batch.batchId);
  const { connection } = names;
  const now = 'pg_catalog.now()';
  const row: Readonly<Record<(typeof COLUMNS_OF_BATCH)[number], string>> = {
    connection,
    batch_id: id,
    installation: names.installation,
    status: values.add(batch.status),
    interruption_reason: values.add(batch.reason),
    trigger: values.add(batch.trigger),
    started_at: `${now} ${own('-')} ${values.add(`${Math.max(0, seconds(batch.seconds))} s`)}::interval`,
    ended_at: now,
    total_tables: values.add(batch.total),
    completed_tables: values.add(batch.completed),
    failed_tables: values.add(batch.failed.length),
    skipped_tables: values.add(batch.skipped),
    records_processed: values.add(batch.records.processed),
    records_skipped: values.add(batch.records.skipped),
    records_deleted: values.add(batch.records.deleted),
    bytes: values.add(batch.bytes),
    error_code: values.add(batch.errorCode),
  };
  const listed = batch.failed.slice(0, MOST_FAILED).map((one) => [name(one.table), one.code]);
  const failed =
    listed.length === 0
      ? ''
      : `SELECT ${connection},${id},v.v ${own('->>')} 0,'failed',NULL,0,0,0,0,v.v ${own('->>')} 1,${now}
         FROM pg_catalog.json_array_elements(${values.add(JSON.stringify(listed))}) v(v) UNION ALL `;
  return [
    `b AS (INSERT INTO branchline.sync_batches VALUES (${COLUMNS_OF_BATCH.map((one) => row[one]).join()}) ON CONFLICT DO NOTHING)`,
    `t AS (INSERT INTO branchline.sync_progress ${failed}SELECT connection,batch_id,table_name,'completed',strategy,processed,skipped,deleted,bytes,NULL,updated_at
      FROM branchline.checkpoints WHERE connection ${own('=')} ${connection} AND batch_id ${own('=')} ${id} AND state ${own('=')} 'done'
      AND (processed ${own('>')} 0 OR deleted ${own('>')} 0) ON CONFLICT DO NOTHING)`,
  ];
}

/** Removes a connection's old batches with their tables, and its former installations. */
function pruning({ connection, installation }: BranchReport): Statement {
  const mine = `connection ${own('=')} $1`;
  const oldest = `pg_catalog.now() ${own('-')} '${KEPT_DAYS} d'::interval`;
  const text =
    oneLine(`WITH d AS (DELETE FROM branchline.sync_batches WHERE ${mine} AND ended_at ${own('<')} greatest(${oldest},
      (SELECT ended_at FROM branchline.sync_batches WHERE ${mine} ORDER BY ended_at DESC OFFSET ${KEPT_BATCHES - 1} LIMIT 1)) RETURNING batch_id),
    e AS (DELETE FROM branchline.sync_progress p USING d WHERE p.${mine} AND p.batch_id ${own('=')} d.batch_id)
    DELETE FROM branchline.installations WHERE ${mine} AND installation ${own('<>')} $2 AND last_seen ${own('<')} (${oldest})`);
  return { text, values: [connection, installation.id] };
}

/** Twenty years: further times are wrong, and would be refused. */
const FURTHEST_SECONDS = 20 * 365 * 86_400;

function seconds(value: number): number {
  return Number.isFinite(value)
    ? Math.round(Math.min(Math.max(value, -FURTHEST_SECONDS), FURTHEST_SECONDS))
    : 0;
}

/** An interval as PostgreSQL reads it. */
function distance(at: Date | null, now: Date): string | null {
  const ms = at === null ? Number.NaN : at.getTime() - now.getTime();
  return Number.isFinite(ms) ? `${seconds(ms / 1000)} s` : null;
}

/** A text from elsewhere, in a form and length that the columns take. */
function name(text: string): string {
  return text.toWellFormed().replaceAll('\0', '').slice(0, 100);
}

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

/**
 * Writes a report. Makes the tables first where they are missing and our role owns the schema.
 *
 * @param ahead statements that do not depend on it, for the same round trip
 */
export async function writeReport(
  session: Session,
  report: BranchReport,
  extras: ReportExtras,
  ahead: readonly string[] = [],
): Promise<Reported> {
  try {
    const results = await session.script(
      [...ahead, ...reportTransaction(session, report, extras)],
      REPORT_MS,
    );
    // Head office has deleted the row, or its database is another one.
    if (results.some(({ rows }) => rows[0]?.known === '0')) await writeAnew(session, report);
    return 'written';
  } catch (error) {
    const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
    await session.query('ROLLBACK').catch(() => {});
    if (sqlstate !== UNDEFINED_TABLE && sqlstate !== UNDEFINED_COLUMN) return reportedAs(sqlstate);
    return ignoring(session, async () =>
      (await makeTables(session)) ? writeAnew(session, report) : 'denied',
    );
  }
}

async function writeAnew(session: Session, report: BranchReport): Promise<Reported> {
  const extras = { isNew: true, prunes: false };
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

/** Makes or upgrades the tables and the view where an earlier version has made them. */
export async function upgradeHeadOffice(session: Session): Promise<void> {
  await ignoring(session, async () => ((await makeTables(session)) ? 'written' : 'denied'));
}

/** @returns false where our role does not own the schema, so that an administrator has to make them */
async function makeTables(session: Session): Promise<boolean> {
  const found = (await session.query(FOUND)).rows[0];
  if (found?.ours !== 't') return false;
  const { noted } = found;
  const version = noted?.startsWith(VERSION_NOTE) ? Number(noted.slice(VERSION_NOTE.length)) : 0;
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
