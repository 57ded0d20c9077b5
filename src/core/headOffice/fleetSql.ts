import { z } from 'zod';
import {
  BRANCH_REASONS,
  BRANCH_STATES,
  type BranchState,
  type FleetBatch,
  type FleetBranch,
  type FleetTable,
} from '../../shared/fleet.ts';
import { oneLine, own } from '../postgres/quote.ts';
import { catalogueUnreadable, parseJson } from '../postgres/readJson.ts';
import type { TextRow } from '../postgres/session.ts';

/*
 * The queries over head office's tables and what their rows look like. Each row comes as one JSON value, so that no long
 * text of a branch is taken for an error of the server.
 */

/** More branches than any head office has; a branch's own role cannot add any. */
const MOST_BRANCHES = 10_000;
/** Batches and tables that a branch's page lists. */
const MOST_BATCHES = 200;
const MOST_TABLES = 5000;

const iso = (column: string): string =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ${column}`;

const HEALTH = [
  'connection',
  'label',
  'state',
  'severity',
  'reason_code',
  'reason',
  'late',
  'at_work',
  'host',
  'version',
  'clock_skew_seconds',
  'tables',
  'failed_tables',
  'differing_tables',
  'failed_names',
  'last_batch',
  'last_status',
  'last_reason',
  'batch_error',
  ...['since', 'up_to', 'last_seen', 'next_run', 'last_batch_at'].map(iso),
].join();

/** SQL of a number from -31 to 31 that a connection always has. */
const GROUP = `pg_catalog.mod(pg_catalog.hashtextextended(connection::pg_catalog.text COLLATE pg_catalog."C", 0), 32)`;

/** Every branch, the worst first. */
export const ALL_BRANCHES =
  oneLine(`SELECT pg_catalog.row_to_json(h) AS row, ${GROUP} AS branches FROM (SELECT ${HEALTH} FROM branchline.branch_health
  ORDER BY severity DESC, since NULLS LAST, label LIMIT ${MOST_BRANCHES}) h`);

/**
 * A sum per group of branches, which differs where any branch of the group has changed. It costs the reading of the view at
 * head office, and two kilobytes on the way.
 */
export const GROUP_SUMS = oneLine(`SELECT ${GROUP} AS branches, pg_catalog.sum(pg_catalog.hashtextextended(
    pg_catalog.row_to_json(h)::pg_catalog.text COLLATE pg_catalog."C", 0)) AS sum
  FROM (SELECT ${HEALTH} FROM branchline.branch_health) h GROUP BY 1`);

/** The branches of some groups: `$1` is an array of their numbers. */
export const BRANCHES_OF_GROUPS = oneLine(`SELECT pg_catalog.row_to_json(h) AS row, ${GROUP} AS branches FROM
  (SELECT ${HEALTH} FROM branchline.branch_health WHERE ${GROUP} ${own('=')} ANY ($1::bigint[]) LIMIT ${MOST_BRANCHES}) h`);

/**
 * What each branch has done by day. `$1`: the first moments of the days, and the moment after the last, as an array; `$2`: some
 * connections, or null for all. A batch counts on the day on which it ended.
 */
export const DAYS = oneLine(`SELECT pg_catalog.json_build_object('connection', d.connection, 'days',
    pg_catalog.json_agg(pg_catalog.json_build_array(d.day, d.batches, d.failed, d.interrupted, d.rows, d.bytes))) AS row
  FROM (SELECT b.connection, pg_catalog.width_bucket(b.ended_at, $1::timestamptz[]) ${own('-')} 1 AS day, pg_catalog.count(*) AS batches,
      pg_catalog.count(*) FILTER (WHERE b.status ${own('=')} 'failed') AS failed,
      pg_catalog.count(*) FILTER (WHERE b.status ${own('=')} 'interrupted') AS interrupted,
      pg_catalog.sum(b.records_processed ${own('+')} b.records_deleted) AS rows, pg_catalog.sum(b.bytes) AS bytes
    FROM branchline.sync_batches b
    WHERE b.ended_at ${own('>=')} ($1::timestamptz[])[1] AND b.ended_at ${own('<')} ($1::timestamptz[])[pg_catalog.array_length($1::timestamptz[], 1)]
      AND ($2::text[] IS NULL OR b.connection::pg_catalog.text ${own('=')} ANY ($2::text[]))
    GROUP BY 1, 2) d GROUP BY d.connection`);

/** The latest batches of connection `$1`. */
export const BATCHES =
  oneLine(`SELECT pg_catalog.row_to_json(b) AS row FROM (SELECT batch_id, status, interruption_reason,
    "trigger", ${iso('started_at')}, ${iso('ended_at')}, total_tables, completed_tables, failed_tables, skipped_tables,
    records_processed, records_deleted, bytes, error_code
  FROM branchline.sync_batches o WHERE o.connection ${own('=')} $1 ORDER BY o.ended_at DESC LIMIT ${MOST_BATCHES}) b`);

const TABLE = `p.batch_id, p.table_name, p.status, p.strategy, p.records_processed, p.records_deleted, p.bytes, p.error_code`;

/** The last report of each table of connection `$1`, in the batches of {@link BATCHES}. */
export const LATEST_TABLES = oneLine(`SELECT pg_catalog.row_to_json(t) AS row FROM (
  SELECT DISTINCT ON (p.table_name) ${TABLE}, ${iso('p.ended_at').replace('AS p.', 'AS ')} FROM (
      SELECT b.batch_id FROM branchline.sync_batches b WHERE b.connection ${own('=')} $1 ORDER BY b.ended_at DESC LIMIT ${MOST_BATCHES}) l
    JOIN branchline.sync_progress p ON p.connection ${own('=')} $1 AND p.batch_id ${own('=')} l.batch_id
  ORDER BY p.table_name, p.ended_at DESC LIMIT ${MOST_TABLES}) t`);

/** The tables of batch `$2` of connection `$1`. */
export const BATCH_TABLES = oneLine(`SELECT pg_catalog.row_to_json(t) AS row FROM (
  SELECT ${TABLE}, ${iso('p.ended_at').replace('AS p.', 'AS ')} FROM branchline.sync_progress p
  WHERE p.connection ${own('=')} $1 AND p.batch_id ${own('=')} $2 ORDER BY p.status ${own('<>')} 'failed', p.table_name LIMIT ${MOST_TABLES}) t`);

const text = z.string().max(4000);
const maybe = text.nullable();
const number = z.number();
const count = number.nullable();

const branchRow: z.ZodType<FleetBranch> = z.object({
  connection: text,
  label: text,
  state: z.enum(Object.keys(BRANCH_STATES) as [BranchState, ...BranchState[]]),
  severity: z.int().min(0).max(3),
  reason_code: z.enum(BRANCH_REASONS),
  reason: text,
  since: maybe,
  late: z.boolean(),
  at_work: z.boolean(),
  up_to: maybe,
  last_seen: maybe,
  next_run: maybe,
  host: maybe,
  version: maybe,
  clock_skew_seconds: count,
  tables: count,
  failed_tables: count,
  differing_tables: count,
  failed_names: maybe,
  last_batch: maybe,
  last_status: maybe,
  last_reason: maybe,
  last_batch_at: maybe,
  batch_error: maybe,
});

const batchRow: z.ZodType<FleetBatch> = z.object({
  batch_id: text,
  status: text,
  interruption_reason: maybe,
  trigger: text,
  started_at: text,
  ended_at: text,
  total_tables: number,
  completed_tables: number,
  failed_tables: number,
  skipped_tables: number,
  records_processed: number,
  records_deleted: number,
  bytes: number,
  error_code: maybe,
});

const tableRow: z.ZodType<FleetTable> = z.object({
  batch_id: text,
  table_name: text,
  status: text,
  strategy: maybe,
  records_processed: number,
  records_deleted: number,
  bytes: number,
  error_code: maybe,
  ended_at: text,
});

const daysRow = z.object({
  connection: text,
  days: z.array(z.tuple([number, number, number, number, number, number])),
});

function reader<T>(schema: z.ZodType<T>, what: string): (row: TextRow) => T {
  return ({ row }) => {
    const parsed = parseJson(schema, row ?? 'null');
    if (parsed === null) throw catalogueUnreadable(`a row of branchline.${what}`);
    return parsed;
  };
}

/** @throws SyncFailure `catalogue_unreadable` where a row is none */
export const toBranch = reader(branchRow, 'branch_health');
export const toBatch = reader(batchRow, 'sync_batches');
export const toTable = reader(tableRow, 'sync_progress');
export const toDays = reader(daysRow, 'sync_batches');
