import { BRANCH_REASONS, BRANCH_STATES, type BranchReason, type BranchState } from '../../shared/fleet.ts';
import { literal, own } from '../postgres/quote.ts';

/*
 * The view `branchline.branch_health`: a row per branch, which says whether it is late, since when, and why. Its words are
 * English; `state` and `reason_code` are stable, so that windows can translate them.
 */

/** A run that was planned longer ago than this, and has not reported, is missing. */
const GRACE = "'1 hour'";
/** A clock that is further off than this is worth a warning: schedules run at another time than head office thinks. */
const CLOCK_SECONDS = 300;
/** As in ownership.ts: a claim with a younger heartbeat is at work. */
const ALIVE = "'2 minutes'";
/** Failed tables named in the words. */
const MOST_NAMES = 5;

interface Verdict {
  readonly state: BranchState;
  /** SQL. */
  readonly when: string;
  /** SQL of the moment since when; null where there is none. */
  readonly since: string;
  /** SQL of the words in English. */
  readonly words: string;
}

const utc = (column: string): string =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')`;
const ago = (interval: string): string => `pg_catalog.now() ${own('-')} ${interval}::interval`;
const allowed = 'pg_catalog.make_interval(hours => h.late_after_hours)';
const said = (...parts: readonly string[]): string => `pg_catalog.concat(${parts.join(', ')})`;
const upTo = said(literal('head office has everything only up to '), utc('h.up_to'));

const VERDICTS: Readonly<Record<BranchReason, Verdict>> = {
  not_reporting: {
    state: 'unknown',
    when: 'h.installation IS NULL',
    since: 'NULL::timestamp with time zone',
    words: literal('does not report: an older version, or a role that may not write these tables'),
  },
  nothing_copied: {
    state: 'failed',
    when: `h.batch_error IS NOT NULL AND h.failed_tables ${own('>')} 0`,
    since: 'coalesce(h.failing_since, h.last_batch_at)',
    words: said(literal('nothing could be copied: '), 'h.batch_error'),
  },
  tables_failed: {
    state: 'failed',
    when: `h.failed_tables ${own('>')} 0`,
    since: 'coalesce(h.failing_since, h.last_batch_at)',
    words: said(
      'h.failed_tables',
      literal(' of '),
      'h.tables',
      literal(' tables failed'),
      `CASE WHEN h.failed_names IS NOT NULL THEN ${said(literal(': '), 'h.failed_names')} END`,
    ),
  },
  never_copied: {
    state: 'attention',
    when: 'h.up_to IS NULL',
    since: 'NULL::timestamp with time zone',
    words: literal('has not been copied completely yet'),
  },
  no_success: {
    state: 'late',
    when: `h.late_after_hours ${own('>')} 0 AND h.up_to ${own('<')} (pg_catalog.now() ${own('-')} ${allowed})`,
    since: `h.up_to ${own('+')} ${allowed}`,
    words: upTo,
  },
  overdue: {
    state: 'late',
    when: `h.next_run ${own('<')} (${ago(GRACE)}) AND NOT h.at_work`,
    since: 'h.next_run',
    words: said(literal('the run of '), utc('h.next_run'), literal(' has not reported')),
  },
  interrupted: {
    state: 'interrupted',
    when: `h.last_status ${own('=')} 'interrupted' AND NOT h.at_work`,
    since: 'h.last_batch_at',
    words: said(
      literal('the last batch was interrupted: '),
      `coalesce(h.last_reason, ${literal('unknown')})`,
    ),
  },
  tables_differ: {
    state: 'differs',
    when: `h.differing_tables ${own('>')} 0`,
    since: 'h.differing_since',
    words: said('h.differing_tables', literal(' tables differ from the branch')),
  },
  clock_wrong: {
    state: 'attention',
    when: `pg_catalog.abs(h.clock_skew_seconds) ${own('>')} ${CLOCK_SECONDS}`,
    since: 'NULL::timestamp with time zone',
    words: said(literal('its clock is wrong by '), 'h.clock_skew_seconds', literal(' seconds')),
  },
  running: {
    state: 'running',
    when: 'h.at_work',
    since: 'h.heartbeat',
    words: literal('a batch is running'),
  },
  up_to_date: {
    state: 'ok',
    when: 'true',
    since: 'NULL::timestamp with time zone',
    words: said(literal('head office has everything up to '), utc('h.up_to')),
  },
};

function cases(of: (reason: BranchReason) => string): string {
  const each = BRANCH_REASONS.map((reason) => `WHEN ${VERDICTS[reason].when} THEN ${of(reason)}`);
  return `CASE ${each.join(' ')} END`;
}

/** An installation's last batch. If it ended after the installation's own row was written, it knows more. */
const LAST_BATCH = `SELECT l.*, l.ended_at ${own('>')} o.last_seen AS newer FROM branchline.sync_batches l WHERE l.connection ${own('=')} o.connection
      AND l.installation ${own('=')} o.installation ORDER BY l.ended_at DESC LIMIT 1`;
const newest = (column: string): string =>
  `CASE WHEN l.newer THEN l.${column} ELSE o.${column} END AS ${column}`;

/** Which installation speaks for a connection: the one that holds it, else the one that was seen last. */
const NEWEST_INSTALLATION = `SELECT o.installation, o.label, o.host, o.version, greatest(o.last_seen, l.ended_at) AS last_seen,
      ${['next_run', 'clock_skew_seconds', 'up_to'].map(newest).join(', ')}, o.late_after_hours, o.tables, o.failed_tables,
      o.failing_since, o.differing_tables, o.differing_since, o.retired_at,
      l.batch_id, l.status, l.interruption_reason, l.ended_at, l.error_code
      FROM branchline.installations o LEFT JOIN LATERAL (${LAST_BATCH}) l ON true WHERE o.connection ${own('=')} k.connection
      ORDER BY (o.installation ${own('=')} s.installation) DESC NULLS LAST, greatest(o.last_seen, l.ended_at) DESC LIMIT 1`;

/** Some of the tables that failed in the last batch. A branch decides what its tables are called. */
const FAILED_NAMES = `SELECT pg_catalog.string_agg(n.name, ', ') AS failed_names FROM (
      SELECT pg_catalog.regexp_replace(p.table_name, '[[:cntrl:]]', '?', 'g') AS name FROM branchline.sync_progress p
      WHERE p.connection ${own('=')} k.connection AND p.batch_id ${own('=')} i.batch_id AND p.status ${own('=')} 'failed'
      ORDER BY 1 LIMIT ${MOST_NAMES}) n`;

const isAtWork = `coalesce(s.heartbeat ${own('>')} (${ago(ALIVE)}) AND s.heartbeat ${own('<')} (pg_catalog.now() ${own('+')} ${ALIVE}::interval), false)`;

/** Connections that have synced or reported, with what is known of each. */
const FACTS = `SELECT k.connection, i.installation, coalesce(i.label, k.connection) AS label, pg_catalog.left(coalesce(i.host, s.host), 255) AS host, i.version,
    i.last_seen, i.next_run, i.clock_skew_seconds, i.late_after_hours, i.up_to, i.tables, i.failed_tables, i.failing_since,
    i.differing_tables, i.differing_since, i.retired_at, s.heartbeat, ${isAtWork} AS at_work,
    i.batch_id AS last_batch, i.status AS last_status, i.interruption_reason AS last_reason, i.ended_at AS last_batch_at, i.error_code AS batch_error, f.failed_names
  FROM (SELECT connection FROM branchline.sources UNION SELECT connection FROM branchline.installations) k
  LEFT JOIN branchline.sources s ON s.connection ${own('=')} k.connection
  LEFT JOIN LATERAL (${NEWEST_INSTALLATION}) i ON true
  LEFT JOIN LATERAL (${FAILED_NAMES}) f ON true`;

/** Installations that head office has retired (`retired_at`) are left out until they report again. */
export const BRANCH_HEALTH_SQL = `CREATE OR REPLACE VIEW branchline.branch_health AS
SELECT h.connection, h.label,
  ${cases((reason) => `${literal(VERDICTS[reason].state)}::pg_catalog.text`)} AS state,
  ${cases((reason) => String(BRANCH_STATES[VERDICTS[reason].state]))} AS severity,
  ${cases((reason) => `${literal(reason)}::pg_catalog.text`)} AS reason_code,
  ${cases((reason) => VERDICTS[reason].words)} AS reason,
  ${cases((reason) => VERDICTS[reason].since)} AS since,
  coalesce(${VERDICTS.no_success.when}, false) OR coalesce(${VERDICTS.overdue.when}, false) AS late,
  h.at_work, h.up_to, h.last_seen, h.next_run, h.installation, h.host, h.version, h.clock_skew_seconds,
  h.tables, h.failed_tables, h.differing_tables, h.failed_names,
  h.last_batch, h.last_status, h.last_reason, h.last_batch_at, h.batch_error
FROM (${FACTS}) h WHERE h.retired_at IS NULL`;
