import type { FailureDetail } from '../../shared/errors.ts';
import { modelName } from '../../shared/naming.ts';
import { NotComparedReason, VerifyResult, type VerifyRow } from '../../shared/verify.ts';
import type { BucketDifference, Comparison } from '../compare/compareTable.ts';
import type { Clock } from '../ports.ts';
import type { Checkpoint, PassCounts } from '../target/checkpoint.ts';

/** Identifies a row's table and start. */
export interface About {
  readonly connection: string;
  readonly table: string;
  /** When it began (ISO 8601, UTC). */
  readonly at: string;
  seconds(): number;
}

/** Ranges kept in the journal; further ones are only counted. */
const KEPT_RANGES = 100;
const KEPT_EXAMPLES = 5;
/** More than other examples, because a person has to change these keys at one of two branches. */
const KEPT_COLLISIONS = 20;

/** The result of comparing a table, after any repair. */
export function comparedRow(
  about: About,
  { checkpoint }: { readonly checkpoint: Checkpoint | null },
  found: Comparison,
  how: {
    readonly shared: boolean;
    /** Other connections that write the table. */
    readonly writers: readonly string[];
    readonly repair: PassCounts | null;
  },
): VerifyRow {
  const { newer, ...rows } = rowCounts(found.differing);
  const sharedWith = how.shared ? how.writers : [];
  const equal = found.differing.length === 0;
  const partly = equal && found.leftOut.length > 0;
  return {
    ...emptyRow(about, partly ? VerifyResult.NotCompared : resultOf(found, checkpoint, how.repair !== null)),
    source_snapshot_at: found.snapshotAt,
    source_rows: found.sourceRows,
    central_rows: found.centralRows,
    buckets: found.buckets,
    differing_ranges: found.differing.length,
    differing: found.differing.slice(0, KEPT_RANGES).map(toRange),
    ...rows,
    shared_with: sharedWith,
    collisions:
      sharedWith.length > 0 && rows.different_rows !== null && newer !== null
        ? rows.different_rows - newer.different
        : null,
    newer_rows: newer === null ? null : newer.missing + newer.different,
    examples: found.differing
      .flatMap((one) => one.rows?.examples ?? [])
      .slice(0, sharedWith.length > 0 ? KEPT_COLLISIONS : KEPT_EXAMPLES),
    left_out: found.leftOut,
    repaired_rows: how.repair?.processed ?? 0,
    repaired_deletes: how.repair?.deleted ?? 0,
    repaired_bytes: how.repair?.bytes ?? 0,
    reason: partly ? NotComparedReason.ColumnsLeftOut : null,
  };
}

/** A table that could not be compared. */
export function notComparedRow(about: About, reason: NotComparedReason): VerifyRow {
  return { ...emptyRow(about, VerifyResult.NotCompared), reason };
}

/** A table whose comparison failed. */
export function failedRow(
  connection: string,
  table: string,
  clock: Clock,
  failure: FailureDetail,
): VerifyRow {
  const about = { connection, table, at: clock.now().toISOString(), seconds: () => 0 };
  return { ...emptyRow(about, VerifyResult.Failed), failure };
}

function emptyRow({ connection, table, at, seconds }: About, result: VerifyResult): VerifyRow {
  return {
    connection,
    table_name: table,
    model_name: modelName(table),
    all_tables: false,
    result,
    checked_at: at,
    source_snapshot_at: null,
    source_rows: null,
    central_rows: null,
    buckets: 0,
    differing_ranges: 0,
    differing: [],
    missing_rows: null,
    extra_rows: null,
    different_rows: null,
    newer_rows: null,
    shared_with: [],
    collisions: null,
    examples: [],
    left_out: [],
    repaired_rows: 0,
    repaired_deletes: 0,
    repaired_bytes: 0,
    reason: null,
    failure: null,
    duration_seconds: Math.round(seconds() * 1000) / 1000,
  };
}

function resultOf(found: Comparison, checkpoint: Checkpoint | null, repaired: boolean): VerifyResult {
  if (found.differing.length === 0) return repaired ? VerifyResult.Repaired : VerifyResult.Equal;
  const unfinished = checkpoint !== null && checkpoint.state !== 'done';
  return unfinished || found.differing.every(isBehind) ? VerifyResult.Behind : VerifyResult.Differs;
}

/**
 * Whether changes since the last sync explain the difference. If single rows were compared, all must be
 * newer; an extra row may have been deleted since, but nothing proves that.
 */
function isBehind({ rows, newer }: BucketDifference): boolean {
  if (rows === null) return (newer ?? 0) > 0;
  return rows.extra === 0 && rows.missing === rows.newerMissing && rows.different === rows.newerDifferent;
}

function rowCounts(differing: readonly BucketDifference[]): {
  readonly missing_rows: number | null;
  readonly extra_rows: number | null;
  readonly different_rows: number | null;
  readonly newer: { readonly missing: number; readonly different: number } | null;
} {
  const rows = differing.flatMap((one) => one.rows ?? []);
  const looked = rows.length === differing.length;
  const sum = (of: (one: (typeof rows)[number]) => number | null): number =>
    rows.reduce((all, one) => all + (of(one) ?? 0), 0);
  const marked = looked && rows.every((one) => one.newerMissing !== null);
  return {
    missing_rows: looked ? sum((one) => one.missing) : null,
    extra_rows: looked ? sum((one) => one.extra) : null,
    different_rows: looked ? sum((one) => one.different) : null,
    newer: marked
      ? { missing: sum((one) => one.newerMissing), different: sum((one) => one.newerDifferent) }
      : null,
  };
}

function toRange({ from, to, sourceRows, centralRows }: BucketDifference): VerifyRow['differing'][number] {
  return { from, to, source_rows: sourceRows, central_rows: centralRows };
}
