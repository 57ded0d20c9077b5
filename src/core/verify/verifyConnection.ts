import { FailureCode, type FailureDetail, FailureKind, UsageCode, UsageError } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { VerifyReport, VerifyRow } from '../../shared/verify.ts';
import { tellNotice } from '../batch/batchNotices.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import { journalRuns } from '../batch/journalMemory.ts';
import type { Selected } from '../batch/select.ts';
import type { SourcePlan } from '../batch/sourcePlan.ts';
import { UNKNOWN_TABLES } from '../journal/journalRows.ts';
import { ADDS_KEY } from '../load/explainKey.ts';
import { WorkerLinks } from '../load/links.ts';
import { explainFailure } from '../table/explainFailure.ts';
import { retryDelay } from '../table/retry.ts';
import { watched } from '../table/watchdog.ts';
import { targetSchema } from '../target/target.ts';
import { asFailure } from '../unexpected.ts';
import { type Control, openControl } from './control.ts';
import { failedRow } from './outcome.ts';
import { type RepairRun, RepairTurns, type Tried } from './repairTurns.ts';
import { verifyTable } from './verifyTable.ts';

/** What the verify of one connection found; `tables` lacks those that it was stopped before. */
export interface ConnectionVerified {
  readonly tables: readonly VerifyRow[];
  readonly interrupted: boolean;
}

/** Verifies the tables of one connection, `parallelTables` at a time, the largest first. */
async function verifyConnection(
  run: RunContext,
  plan: SourcePlan,
  repair: boolean,
): Promise<ConnectionVerified> {
  const queue = new VerifyQueue(run, plan);
  if (run.stop.aborted) return { tables: [], interrupted: true };
  if (plan.failure !== null) queue.failRest(plan.failure);
  else {
    const opened = await retried(run, () => openControl(run, plan, repair));
    if (opened.kind === 'failed') queue.failRest(opened.failure);
    else if (opened.kind === 'done') await verifyAll(run, plan, queue, opened.value);
  }
  return { tables: queue.done, interrupted: queue.done.length < plan.selected.length };
}

async function verifyAll(
  run: RunContext,
  plan: SourcePlan,
  queue: VerifyQueue,
  control: Control,
): Promise<void> {
  await using _closed = control;
  const turns = new RepairTurns(control.keys, plan.selected);
  queue.follow((table) => turns.depth(table));
  const count = Math.min(run.parallelTables, plan.selected.length);
  const workers = Array.from({ length: count }, () =>
    work(run, plan, control, async (verify) => {
      const repair: RepairRun = { ...ends(queue), verify };
      for (let next = queue.next(); next !== undefined; next = queue.next())
        turns.take(repair, next, await verify(next, turns.constraints(next.table)));
    }),
  );
  for (const end of await Promise.allSettled(workers)) if (end.status === 'rejected') throw end.reason;
  if (turns.isDone) return;
  await work(run, plan, control, (verify) => turns.rest({ ...ends(queue), verify }));
}

function ends(queue: VerifyQueue): Omit<RepairRun, 'verify'> {
  return { finish: (row) => queue.finish(row), fail: (table, failure) => queue.fail(table, failure) };
}

/** Opens a worker's connections for what is to be done on them. */
async function work(
  run: RunContext,
  plan: SourcePlan,
  control: Control,
  todo: (verify: RepairRun['verify']) => Promise<void>,
): Promise<void> {
  const options = run.sessionOptions(plan.connection);
  const runs = journalRuns(run.journal, run.ports.logger, plan.connection.id);
  const links = new WorkerLinks(run.ports.clock, options.source, options.central, runs);
  const cut = (): void => links.cut();
  run.halt.addEventListener('abort', cut);
  try {
    await todo((next, constraints) => {
      if (run.stop.aborted) return Promise.resolve({ kind: 'stopped' });
      const refusal = control.rights?.refused.get(next.table);
      if (refusal !== undefined) return Promise.resolve({ kind: 'failed', failure: refusal });
      const job = { connection: plan.connection, ...describe(next, control), constraints };
      // What failed in the middle has left its transactions open.
      const tell = (notice: Notice): void => tellNotice(run, plan.connection.id, next.table, notice);
      const watch = { links, throttle: run.throttle, logger: run.ports.logger, tell };
      const names = { connection: plan.connection.id, table: next.table };
      const attempt = (): Promise<VerifyRow> =>
        watched({ ...watch, ...names }, (tools) =>
          verifyTable({ ...run, throttle: tools.throttle, claim: control.claim }, tools.links, job),
        );
      return retried(run, attempt, cut, (failure, error) =>
        explained(run, plan, next, links, failure, error),
      );
    });
  } finally {
    run.halt.removeEventListener('abort', cut);
    await links.close();
  }
}

/** Failures about which more can be found out; others decide what is tried next, as they are. */
const EXPLAINED: ReadonlySet<FailureCode> = new Set([
  // Which value was refused, or could not be converted.
  FailureCode.DataRejected,
  // Whether a missing key can be added.
  ...ADDS_KEY,
  // Which right is missing, of what, with its schema.
  FailureCode.SourcePermission,
  FailureCode.CentralPermission,
]);

async function explained(
  { central }: RunContext,
  { connection }: SourcePlan,
  { shape }: Selected,
  links: WorkerLinks,
  failure: FailureDetail,
  error: unknown,
): Promise<FailureDetail> {
  if (shape === null || !EXPLAINED.has(failure.code)) return failure;
  const table = {
    source: shape,
    targetSchema: targetSchema(central, connection),
    connection: connection.id,
    isShared: central.layout !== 'schema',
  };
  return explainFailure(links, table, failure, error);
}

function describe({ table, shape, mayDelete }: Selected, { tables, rights }: Control) {
  const writers = tables.writers.get(table)?.split(', ') ?? [];
  return {
    table,
    source: shape,
    existing: tables.shapes.get(table),
    checkpoint: tables.checkpoints.get(table) ?? null,
    mayDelete: mayDelete && (rights?.owned.has(table) ?? writers.length === 0),
    writers,
  };
}

/** Tries something again while that may help. */
async function retried<T>(
  run: RunContext,
  attempt: () => Promise<T>,
  afterFailure: () => void = () => {},
  explain = async (failure: FailureDetail, _error: unknown): Promise<FailureDetail> => failure,
): Promise<Tried<T>> {
  for (let failures = 0; ; failures++) {
    try {
      return { kind: 'done', value: await attempt() };
    } catch (error) {
      afterFailure();
      if (run.stop.aborted) return { kind: 'stopped' };
      const failure = asFailure(error, run.ports.logger);
      const delay = retryDelay(run.retry, failure, failures, run.ports.random);
      if (delay === null) return { kind: 'failed', failure: await explain(failure, error) };
      await run.ports.clock.sleep(delay, run.stop).catch(() => {});
    }
  }
}

/**
 * Verifies the selected tables of some connections, one connection after the other: both ends work hard.
 *
 * @throws UsageError `no_tables`
 */
export async function verifyConnections(
  run: RunContext,
  plans: readonly SourcePlan[],
  repair: boolean,
): Promise<VerifyReport> {
  const asked = plans.map(withKnownTables);
  if (asked.every((plan) => plan.selected.length === 0)) {
    const connection = plans.map((plan) => plan.connection.id).join(', ');
    throw new UsageError(UsageCode.NoTables, { connection });
  }
  const all = [];
  for (const plan of asked) all.push(await verifyConnection(run, plan, repair));
  return {
    tables: all.flatMap((one) => one.tables),
    interrupted: all.some((one) => one.interrupted),
  };
}

/** Where the source could not be looked at, and no table was asked for by name, one row stands for all its tables. */
function withKnownTables(plan: SourcePlan): SourcePlan {
  if (plan.failure === null || plan.selected.length > 0) return plan;
  const all = { table: UNKNOWN_TABLES, shape: null, strategy: null, cursor: null, mayDelete: false };
  return { ...plan, selected: [all] };
}

/** The tables that are left, and what was found of the others: first written to the journal, then told. */
class VerifyQueue {
  readonly #run: RunContext;
  readonly #connection: string;
  readonly #left: Selected[];
  readonly done: VerifyRow[] = [];

  constructor(run: RunContext, { connection, selected }: SourcePlan) {
    this.#run = run;
    this.#connection = connection.id;
    // The longest first: two workers then end at about the same time.
    this.#left = [...selected].sort((a, b) => (b.shape?.bytes ?? 0) - (a.shape?.bytes ?? 0));
  }

  /** Sorts the tables by foreign-key depth, so that parent rows are repaired before the rows that reference them. */
  follow(depth: (table: string) => number): void {
    this.#left.sort((a, b) => depth(a.table) - depth(b.table));
  }

  /** The next table; none once the run is stopped. */
  next(): Selected | undefined {
    return this.#run.stop.aborted ? undefined : this.#left.shift();
  }

  finish(row: VerifyRow): void {
    this.#run.journal.recordVerification(row);
    this.#run.emit({ type: 'verify_ended', row });
    // A table may be looked at again, when mending another one has taken rows of it along.
    const before = this.done.findIndex((one) => one.table_name === row.table_name);
    if (before < 0) this.done.push(row);
    else this.done[before] = row;
  }

  fail(table: string, failure: FailureDetail): void {
    this.finish(failedRow(this.#connection, table, this.#run.ports.clock, failure));
    // The server is down: the others need not wait for a time-out each to learn it.
    if (failure.kind === FailureKind.Unreachable) this.failRest(failure);
  }

  failRest(failure: FailureDetail): void {
    for (const one of this.#left.splice(0)) {
      this.finish(failedRow(this.#connection, one.table, this.#run.ports.clock, failure));
    }
  }
}
