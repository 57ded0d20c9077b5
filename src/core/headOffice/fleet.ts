import { z } from 'zod';
import { SyncFailure, UsageCode, UsageError } from '../../shared/errors.ts';
import type { CentralSettings } from '../../shared/settings.ts';
import { openLink } from '../postgres/link.ts';
import { oneLine } from '../postgres/quote.ts';
import { catalogueUnreadable } from '../postgres/readJson.ts';
import { DEFAULT_TIMEOUTS, type Session, type TextRow } from '../postgres/session.ts';
import {
  BRANCH_REASONS,
  BRANCH_STATES,
  type BranchReason,
  type BranchState,
} from '../target/branchHealth.ts';
import { FENCED } from '../target/checkpoint.ts';
import { REFUSE_PLANTED, readingSql } from '../target/headOfficeTables.ts';
import { REFUSE_UNTRUSTED_OWNERS } from '../target/ownOwners.ts';
import { UNDEFINED_COLUMN, UNDEFINED_TABLE } from '../target/setup.ts';

/** A branch as head office sees it: a row of `branchline.branch_health`. Times are ISO 8601. */
export interface FleetBranch {
  readonly connection: string;
  readonly label: string;
  readonly state: BranchState;
  /** 0 fine, 1 warning, 2 critical, 3 unknown. */
  readonly severity: number;
  readonly reason_code: BranchReason;
  /** In English. */
  readonly reason: string;
  readonly since: string | null;
  readonly late: boolean;
  readonly at_work: boolean;
  readonly up_to: string | null;
  readonly last_seen: string | null;
  readonly next_run: string | null;
  readonly host: string | null;
  readonly version: string | null;
  readonly clock_skew_seconds: number | null;
  readonly tables: number | null;
  readonly failed_tables: number | null;
  readonly differing_tables: number | null;
  readonly failed_names: string | null;
  readonly last_batch: string | null;
  readonly last_status: string | null;
  readonly last_reason: string | null;
  readonly last_batch_at: string | null;
  readonly batch_error: string | null;
}

/** More branches than any head office has; a branch's own role cannot add any. */
const MOST_BRANCHES = 10_000;
/** A person or a monitoring system waits for it. */
const ANSWER_MS = 20_000;

const TIMES = ['since', 'up_to', 'last_seen', 'next_run', 'last_batch_at'] as const;
const TEXTS = [
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
] as const;

const iso = (column: string): string =>
  `pg_catalog.to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ${column}`;
/** As one JSON value, so that no long name of a branch is taken for an error of the server. */
const QUERY =
  oneLine(`SELECT pg_catalog.row_to_json(h) AS branch FROM (SELECT ${[...TEXTS, ...TIMES.map(iso)].join()}
  FROM branchline.branch_health ORDER BY severity DESC, since NULLS LAST, label LIMIT ${MOST_BRANCHES}) h`);

const text = z.string().max(4000);
const time = text.nullable();
const number = z.number().nullable();
const branchRow: z.ZodType<FleetBranch> = z.object({
  connection: text,
  label: text,
  state: z.enum(Object.keys(BRANCH_STATES) as [BranchState, ...BranchState[]]),
  severity: z.int().min(0).max(3),
  reason_code: z.enum(BRANCH_REASONS),
  reason: text,
  since: time,
  late: z.boolean(),
  at_work: z.boolean(),
  up_to: time,
  last_seen: time,
  next_run: time,
  host: text.nullable(),
  version: text.nullable(),
  clock_skew_seconds: number,
  tables: number,
  failed_tables: number,
  differing_tables: number,
  failed_names: text.nullable(),
  last_batch: text.nullable(),
  last_status: text.nullable(),
  last_reason: text.nullable(),
  last_batch_at: time,
  batch_error: text.nullable(),
});

/**
 * Reads all branches from central, the worst first. Writes nothing, and needs only the right to read the view.
 *
 * @param folder the data folder, where relative file names in the settings start
 * @throws UsageError `fleet_missing`, `fleet_denied`, `fleet_untrusted`; SyncFailure why central cannot be reached
 */
export async function readFleet(central: CentralSettings, folder: string): Promise<readonly FleetBranch[]> {
  const link = await openLink({
    side: 'central',
    endpoint: central,
    connection: 'central',
    folder,
    applicationName: 'branchline-fleet',
    timeouts: { ...DEFAULT_TIMEOUTS, answerMs: ANSWER_MS },
  });
  await using session = link.session;
  const begin = session.begin('ISOLATION LEVEL READ COMMITTED READ ONLY');
  try {
    const results = await session.script([
      ...begin,
      REFUSE_UNTRUSTED_OWNERS,
      REFUSE_PLANTED,
      QUERY,
      'COMMIT',
    ]);
    return (results.at(-2)?.rows ?? []).map(toBranch);
  } catch (error) {
    throw await explained(session, error);
  }
}

function toBranch({ branch }: TextRow): FleetBranch {
  const parsed = branchRow.safeParse(JSON.parse(branch ?? 'null'));
  if (parsed.data === undefined) throw catalogueUnreadable('a row of branchline.branch_health');
  return parsed.data;
}

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

async function explained(session: Session, error: unknown): Promise<unknown> {
  const sqlstate = error instanceof SyncFailure ? error.detail.sqlstate : undefined;
  if (sqlstate === UNDEFINED_TABLE || sqlstate === UNDEFINED_COLUMN)
    return new UsageError(UsageCode.FleetMissing, {}, { cause: error });
  if (sqlstate !== DENIED && sqlstate !== FENCED) return error;
  await session.query('ROLLBACK').catch(() => {});
  const found = await session.query('SELECT current_user AS role').catch(() => null);
  const user = found?.rows[0]?.role ?? '';
  if (sqlstate === FENCED) return new UsageError(UsageCode.FleetUntrusted, { user }, { cause: error });
  const sql = readingSql(user).join('\n');
  return new UsageError(UsageCode.FleetDenied, { user, sql }, { cause: error });
}
