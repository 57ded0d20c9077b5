import type { Value } from '../postgres/pipeline.ts';
import { oneLine, own } from '../postgres/quote.ts';
import type { Statement } from '../postgres/session.ts';
import { KEPT_BATCHES, KEPT_DAYS } from './headOfficeTables.ts';

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

/** More failed tables than this are counted, but not named. */
const MOST_FAILED = 1000;

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
  /** Whether the tables are of version 1: an administrator has not run `central-sql` again. */
  readonly older: boolean;
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
  const current = branch === null ? null : currentFacts(branch, values);
  const parts = [
    ...(batch === null ? [] : batchParts(batch, extras.older ? null : current, names, values)),
    ...(branch === null || current === null
      ? []
      : [installationPart({ ...report, branch }, extras, names, current, values)]),
  ];
  if (parts.length === 0) return [];
  const known =
    branch === null
      ? 'SELECT'
      : `SELECT pg_catalog.count(*) AS known FROM branchline.installations WHERE ${installationOf(names)}`;
  const text = oneLine(`WITH ${parts.join(',')} ${known}`);
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

function installationOf({ connection, installation }: Names): string {
  return `connection ${own('=')} ${connection} AND installation ${own('=')} ${installation}`;
}

/** SQL of a moment that the branch knows, by head office's clock. */
function moment(at: Date | null, branch: BranchFacts, values: Values): string {
  return at === null ? 'NULL' : `pg_catalog.now() ${own('+')} ${values.add(distance(at, branch.now))}`;
}

/** SQL of what is different with each report, in the order of the last columns of `sync_batches`. */
interface CurrentFacts {
  readonly next_run: string;
  readonly clock_skew_seconds: string;
  readonly up_to: string;
}

function currentFacts(branch: BranchFacts, values: Values): CurrentFacts {
  return {
    next_run: moment(branch.nextRun, branch, values),
    clock_skew_seconds: `extract(epoch FROM ${values.add(branch.now.toISOString())} ${own('-')} pg_catalog.now())`,
    up_to: moment(branch.upTo, branch, values),
  };
}

/**
 * SQL of the CTE that writes the installation's row. A batch's row has {@link CurrentFacts}, so after a batch of a branch
 * that is well it is written only if something else has changed, and once a day.
 */
function installationPart(
  { branch, installation, batch }: BranchReport & { readonly branch: BranchFacts },
  { older }: ReportExtras,
  names: Names,
  current: CurrentFacts,
  values: Values,
): string {
  const facts: Readonly<Record<string, string>> = {
    label: values.add(name(branch.label)),
    host: values.add(name(installation.host)),
    version: values.add(name(branch.version).slice(0, 50)),
    late_after_hours: values.add(Math.min(Math.ceil(branch.lateAfterHours), 100_000)),
    tables: values.add(branch.tables),
    failed_tables: values.add(branch.failed),
    differing_tables: values.add(branch.differing),
  };
  const set: Readonly<Record<string, string>> = {
    ...facts,
    last_seen: 'pg_catalog.now()',
    ...current,
    failing_since: moment(branch.failingSince, branch, values),
    differing_since: moment(branch.differingSince, branch, values),
    retired_at: 'NULL',
  };
  const items = Object.entries(set).map(([column, value]) => `${column}=${value}`);
  const isWell = branch.failed === 0 && branch.differing === 0;
  const other = `(${Object.keys(facts).join()}) ${own('<>')} (${Object.values(facts).join()})`;
  const since = `last_seen ${own('<')} (pg_catalog.now() ${own('-')} '1 d'::interval) OR last_seen ${own('>')} pg_catalog.now()`;
  const when =
    older || batch === null || !isWell ? '' : ` AND (${other} OR retired_at IS NOT NULL OR ${since})`;
  return `i AS (UPDATE branchline.installations SET ${items.join()} WHERE ${installationOf(names)}${when})`;
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

/** @param current null where the tables have no columns for it, or the installation has no row */
function batchParts(
  batch: BatchFacts,
  current: CurrentFacts | null,
  names: Names,
  values: Values,
): readonly string[] {
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
  const inserted = [...COLUMNS_OF_BATCH.map((one) => row[one]), ...Object.values(current ?? {})];
  const { processed, deleted } = batch.records;
  const isUnchanged = processed === 0 && deleted === 0 && listed.length === 0;
  return [
    `b AS (INSERT INTO branchline.sync_batches VALUES (${inserted.join()}) ON CONFLICT DO NOTHING)`,
    ...(isUnchanged ? [] : [changedTables(failed, connection, id)]),
  ];
}

/** SQL of the CTE that writes the tables that failed or changed. @param failed SQL of the rows of those that failed */
function changedTables(failed: string, connection: string, id: string): string {
  return `t AS (INSERT INTO branchline.sync_progress ${failed}SELECT connection,batch_id,table_name,'completed',strategy,processed,skipped,deleted,bytes,NULL,updated_at
      FROM branchline.checkpoints WHERE connection ${own('=')} ${connection} AND batch_id ${own('=')} ${id} AND state ${own('=')} 'done'
      AND (processed ${own('>')} 0 OR deleted ${own('>')} 0) ON CONFLICT DO NOTHING)`;
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
