import type { CentralSettings, ConnectionSettings } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import { NotComparedReason, type VerifyRow } from '../../shared/verify.ts';
import type { Emit } from '../batch/recorder.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { type CompareOptions, type Comparison, compareTable } from '../compare/compareTable.ts';
import { endHere } from '../compare/orphanRows.ts';
import { type Repair, repairBuckets } from '../compare/repair.ts';
import type { CompareContext } from '../compare/snapshots.ts';
import { brakeAfter, brakeOf } from '../load/deleteBrake.ts';
import type { ApplyConstraints, ChunkLimits, Links, PassContext, RateLimiter } from '../load/pass.ts';
import type { Ports } from '../ports.ts';
import { runReplace } from '../table/strategies/replacePass.ts';
import { acquireTable, type Checkpoint, NO_COUNTS } from '../target/checkpoint.ts';
import { describeTarget } from '../target/describeTarget.ts';
import type { Claim, Installation } from '../target/ownership.ts';
import { layoutOf, targetSchema } from '../target/target.ts';
import { comparedRow, notComparedRow } from './outcome.ts';

/** What all tables of a connection share. */
export interface VerifyRunner {
  readonly ports: Ports;
  readonly central: CentralSettings;
  readonly installation: Installation;
  readonly limits: ChunkLimits;
  readonly throttle: RateLimiter;
  readonly stop: AbortSignal;
  readonly allowDeletes: boolean;
  /** The claim that allows repairs; null if differences are only reported. */
  readonly claim: Claim | null;
  readonly emit: Emit;
}

/** One table to verify. */
export interface VerifyJob {
  readonly connection: ConnectionSettings;
  readonly table: string;
  /** Null if the source does not have it. */
  readonly source: TableShape | null;
  readonly existing: TableShape | undefined;
  readonly checkpoint: Checkpoint | null;
  /** Layout `merge`: whether this connection owns the rows of the shared table. */
  readonly mayDelete: boolean;
  /** What head office's foreign keys require of a repair. */
  readonly constraints: ApplyConstraints;
  /** Layout `merge`: other connections that write the table. */
  readonly writers: readonly string[];
}

/**
 * Compares a table at both ends, and repairs differences if requested.
 *
 * @throws SyncFailure as comparing and repairing do; the reason of `runner.stop` if it was stopped
 */
export async function verifyTable(runner: VerifyRunner, links: Links, job: VerifyJob): Promise<VerifyRow> {
  const { connection, table, source, existing, mayDelete, writers } = job;
  const started = runner.ports.clock.monotonic();
  const seconds = (): number => (runner.ports.clock.monotonic() - started) / 1000;
  const at = runner.ports.clock.now().toISOString();
  const about = { connection: connection.id, table, at, seconds };
  if (source === null) return notComparedRow(about, NotComparedReason.SourceTableMissing);
  if (existing === undefined) return notComparedRow(about, NotComparedReason.NeverSynced);
  const layout = layoutOf(runner.central, existing);
  if (source.key === null && layout === 'merge' && !mayDelete)
    return notComparedRow(about, NotComparedReason.NoKeyShared);

  const context = passContext(runner, links, job, source, existing);
  const shared = layout === 'merge' && !mayDelete;
  const options: CompareOptions = { mark: job.checkpoint?.mark ?? null, rows: true, shared, computed: true };
  const found = await compareTable(context, { ...options, onRows: progress(runner, job, source) });
  if (found.differing.length === 0 || runner.claim === null)
    return comparedRow(about, job, found, { shared, writers, repair: null });
  const repair = await mend(runner, runner.claim, context, found, shared);
  const after = await compareTable(context, { ...options, again: found });
  return comparedRow(
    about,
    job,
    { ...after, sourceRows: found.sourceRows, centralRows: found.centralRows, buckets: found.buckets },
    {
      shared,
      writers,
      repair: repair.counts,
    },
  );
}

function passContext(
  runner: VerifyRunner,
  links: Links,
  { connection, mayDelete, constraints, writers }: VerifyJob,
  source: TableShape,
  existing: TableShape,
): PassContext & CompareContext {
  const layout = layoutOf(runner.central, existing);
  const schema = targetSchema(runner.central, connection);
  return {
    links,
    connection: connection.id,
    source,
    central: existing,
    target: describeTarget(schema, layout, source, existing, false),
    limits: runner.limits,
    throttle: runner.throttle,
    clock: runner.ports.clock,
    stop: runner.stop,
    deletes: !constraints.holdDeletes && (layout !== 'merge' || mayDelete),
    allowDeletes: runner.allowDeletes,
    // Rows that differ may belong to another branch, which would overwrite ours in turn.
    constraints: { ...constraints, insertsOnly: layout === 'merge' && !mayDelete && writers.length > 0 },
    // The checkpoints record it, and the next sync compares.
    onRewritten: () => {},
    onCommit: () => {},
  };
}

/** Reports the rows of a table that have been compared. */
export function progress(runner: VerifyRunner, job: VerifyJob, source: TableShape): (rows: number) => void {
  return (rows) =>
    runner.emit({
      type: 'verify_progress',
      connection: job.connection.id,
      table: job.table,
      rows,
      estimatedRows: source.estimatedRows,
    });
}

async function mend(
  runner: VerifyRunner,
  claim: Claim,
  context: PassContext,
  found: Comparison,
  shared: boolean,
): Promise<Pick<Repair, 'counts'>> {
  const central = await context.links.central();
  const stands = await acquireTable(central.session, runner.installation, claim, context.target.name);
  // Somebody at head office may have added or removed rows since the last sync, so counting starts from the
  // rows found now. In a shared table, that count includes other branches' rows.
  const counted = shared ? stands : { ...stands, centralRows: found.centralRows, counted: true };
  const at = { ...counted, ...brakeOf(counted, runner.allowDeletes) };
  const from = await context.links.source();
  const { shapeDigest } = context.target;
  const snapshot = await from.openSnapshot(context.source, { shapeDigest });
  if (context.target.key === null) {
    const start: Checkpoint = {
      ...at,
      ...NO_COUNTS,
      strategy: Strategy.Replace,
      state: 'running',
      lastKey: null,
    };
    const end = await runReplace(context, snapshot, start);
    runner.stop.throwIfAborted();
    return { counts: end.checkpoint };
  }
  // The counts at central belong to a pass that may continue, so the repair does not change them.
  const repair = await repairBuckets(context, snapshot, found, at, (from) => from);
  if (!repair.whole) runner.stop.throwIfAborted();
  // Both sides are equal, so the table's current size is its new reference.
  else if (context.deletes && repair.unproven === 0)
    await endHere(context, repair.checkpoint, (whole) => ({ ...whole, ...brakeAfter(whole) }));
  await snapshot.close();
  return repair;
}
