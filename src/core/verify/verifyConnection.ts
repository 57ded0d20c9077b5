import { FailureCode, type FailureDetail, UsageCode, UsageError } from '../../shared/errors.ts';
import type { Notice } from '../../shared/notices.ts';
import type { VerifyReport, VerifyRow } from '../../shared/verify.ts';
import { allOf } from '../batch/allOf.ts';
import { tellNotice } from '../batch/batchNotices.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import { journalServerRuns } from '../batch/journalMemory.ts';
import { tellCentralWait } from '../batch/recorder.ts';
import type { Selected } from '../batch/select.ts';
import type { SourcePlan } from '../batch/sourcePlan.ts';
import { ADDS_KEY } from '../load/explainKey.ts';
import { WorkerLinks } from '../load/links.ts';
import { CentralWait } from '../table/centralWait.ts';
import { explainFailure } from '../table/explainFailure.ts';
import { retryDelay } from '../table/retry.ts';
import { watched } from '../table/watchdog.ts';
import { targetSchema } from '../target/target.ts';
import { asFailure } from '../unexpected.ts';
import { type Control, openControl } from './control.ts';
import { type RepairRun, RepairTurns, type Tried } from './repairTurns.ts';
import { type GroupJob, groupJob, verifyGroup } from './verifyGroup.ts';
import { VerifyQueue } from './verifyQueue.ts';
import { type VerifyJob, verifyTable } from './verifyTable.ts';

/** The result of verifying one connection. If it was stopped, `tables` lacks the rest. */
export interface ConnectionVerified {
  readonly tables: readonly VerifyRow[];
  readonly interrupted: boolean;
}

/** Verifies the tables of one connection, `parallelTables` at a time, largest first; small ones together. */
async function verifyConnection(
  run: RunContext,
  plan: SourcePlan,
  repair: boolean,
): Promise<ConnectionVerified> {
  const queue = new VerifyQueue(run, plan);
  if (run.stop.aborted) return { tables: [], interrupted: true };
  if (plan.failure !== null && plan.selected.length === 0) queue.failAll(plan.failure);
  else if (plan.failure !== null) queue.failRest(plan.failure);
  else {
    const opened = await retried(run, { connection: plan.connection.id }, () =>
      openControl(run, plan, repair),
    );
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
  const grouped = groupJobs(run, plan, control, turns);
  queue.follow({
    depth: (table) => turns.depth(table),
    isGrouped: ({ table }) => grouped.has(table),
  });
  const count = Math.min(run.parallelTables, plan.selected.length);
  const workers = Array.from({ length: count }, () =>
    work(run, plan, control, async (verify, links) => {
      const repair: RepairRun = { ...ends(queue), verify };
      for (let turn = await queue.next(); turn !== undefined; turn = await queue.next())
        if (turn.kind === 'group')
          await verifyTogether(run, plan, control, queue, links, turn.tables, grouped);
        else turns.take(repair, turn.table, await verify(turn.table, turns.constraints(turn.table.table)));
    }),
  );
  await allOf(workers);
  if (turns.isDone) return;
  await work(run, plan, control, (verify) => turns.rest({ ...ends(queue), verify }));
}

/** The tables that may be verified together, by name. */
function groupJobs(
  run: RunContext,
  { connection, selected }: SourcePlan,
  control: Control,
  turns: RepairTurns,
): ReadonlyMap<string, GroupJob> {
  const jobs = selected.flatMap((one): GroupJob[] => {
    if (control.rights?.refused.has(one.table) === true) return [];
    const job = { connection, ...describe(one, control), constraints: turns.constraints(one.table) };
    const grouped = groupJob(run.central, job);
    return grouped === null ? [] : [grouped];
  });
  return new Map(jobs.map((one) => [one.table, one]));
}

/** Verifies small tables together. Where that fails, or some are not equal, the queue divides them again. */
async function verifyTogether(
  run: RunContext,
  plan: SourcePlan,
  control: Control,
  queue: VerifyQueue,
  links: WorkerLinks,
  tables: readonly Selected[],
  grouped: ReadonlyMap<string, GroupJob>,
): Promise<void> {
  const { id } = plan.connection;
  const jobs = tables.flatMap(({ table }) => grouped.get(table) ?? []);
  const watch = {
    links,
    throttle: run.throttle,
    logger: run.ports.logger,
    connection: id,
    table: tables.map((one) => one.table).join(', '),
    tell: (notice: Notice): void => tellNotice(run, id, null, notice),
  };
  let rows: readonly VerifyRow[] = [];
  try {
    rows = await watched(watch, (tools) =>
      verifyGroup(
        { ...run, throttle: tools.throttle, claim: control.claim },
        control.tables.encoding,
        tools.links,
        jobs,
      ),
    );
  } catch (error) {
    const failure = run.stop.aborted ? null : asFailure(error, run.ports.logger);
    queue.groupFailed(tables, failure);
    if (failure !== null)
      run.ports.logger.log('info', 'A group of tables is compared in parts', { reason: failure.message });
    return;
  }
  const equal = new Set(rows.map((one) => one.table_name));
  queue.groupEnded(
    rows,
    tables.filter((one) => !equal.has(one.table)),
  );
}

function ends(queue: VerifyQueue): Omit<RepairRun, 'verify'> {
  return { finish: (row) => queue.finish(row), fail: (table, failure) => queue.fail(table, failure) };
}

/** Opens a worker's connections and processes tables with them. */
async function work(
  run: RunContext,
  plan: SourcePlan,
  control: Control,
  todo: (verify: RepairRun['verify'], links: WorkerLinks) => Promise<void>,
): Promise<void> {
  const options = run.sessionOptions(plan.connection);
  const runs = journalServerRuns(run.journal, run.ports.logger, plan.connection.id);
  const links = new WorkerLinks(
    run.ports.clock,
    options.source,
    options.central,
    runs,
    null,
    control.takeLink(),
  );
  const cut = (): void => links.cut();
  run.halt.addEventListener('abort', cut);
  try {
    await todo((next, constraints) => {
      if (run.stop.aborted) return Promise.resolve({ kind: 'stopped' });
      const refusal = control.rights?.refused.get(next.table);
      if (refusal !== undefined) return Promise.resolve({ kind: 'failed', failure: refusal });
      const job = { connection: plan.connection, ...describe(next, control), constraints };
      // A failure in the middle leaves transactions open on the connections.
      const tell = (notice: Notice): void => tellNotice(run, plan.connection.id, next.table, notice);
      const watch = { links, throttle: run.throttle, logger: run.ports.logger, tell };
      const names = { connection: plan.connection.id, table: next.table };
      const attempt = (): Promise<VerifyRow> =>
        watched({ ...watch, ...names }, (tools) =>
          verifyTable({ ...run, throttle: tools.throttle, claim: control.claim }, tools.links, job),
        );
      return retried(run, names, attempt, cut, (failure, error) =>
        explained(run, plan, next, links, failure, error),
      );
    }, links);
  } finally {
    run.halt.removeEventListener('abort', cut);
    await links.close();
  }
}

/**
 * Failures for which more details can be found. All others are passed on unchanged, because they decide what
 * is tried next.
 */
const EXPLAINED: ReadonlySet<FailureCode> = new Set([
  // Which value was refused or could not be converted.
  FailureCode.DataRejected,
  // Whether a missing key can be added.
  ...ADDS_KEY,
  // Which right is missing, on what and in which schema.
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

function describe(
  { table, shape, mayDelete }: Selected,
  { tables, rights }: Control,
): Omit<VerifyJob, 'connection' | 'constraints'> {
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

/** Retries as long as that may help, and waits for a busy head office as a batch does. */
async function retried<T>(
  run: RunContext,
  about: { readonly connection: string; readonly table?: string },
  attempt: () => Promise<T>,
  afterFailure: () => void = () => {},
  explain = async (failure: FailureDetail, _error: unknown): Promise<FailureDetail> => failure,
): Promise<Tried<T>> {
  const wait = new CentralWait(run, (state) => tellCentralWait(run, { batchId: null, ...about }, state));
  for (let failures = 0; ; failures++) {
    try {
      const value = await attempt();
      wait.over();
      return { kind: 'done', value };
    } catch (error) {
      afterFailure();
      if (run.stop.aborted) {
        wait.over();
        return { kind: 'stopped' };
      }
      const failure = asFailure(error, run.ports.logger);
      const waited = await wait.after(failure);
      if (waited === 'stopped') return { kind: 'stopped' };
      if (waited === 'again') {
        failures = -1;
        continue;
      }
      if (waited === 'given_up') return { kind: 'failed', failure: await explain(failure, error) };
      wait.over();
      const delay = retryDelay(run.retry, failure, failures, run.ports.random);
      if (delay === null) return { kind: 'failed', failure: await explain(failure, error) };
      await run.ports.clock.sleep(delay, run.stop).catch(() => {});
    }
  }
}

/**
 * Verifies the selected tables of some connections, one connection after the other, because both ends are
 * busy.
 *
 * @throws UsageError `no_tables`
 */
export async function verifyConnections(
  run: RunContext,
  plans: readonly SourcePlan[],
  repair: boolean,
): Promise<VerifyReport> {
  if (plans.every((plan) => plan.selected.length === 0 && plan.failure === null)) {
    const connection = plans.map((plan) => plan.connection.id).join(', ');
    throw new UsageError(UsageCode.NoTables, { connection });
  }
  const all = [];
  for (const plan of plans) all.push(await verifyConnection(run, plan, repair));
  return {
    tables: all.flatMap((one) => one.tables),
    interrupted: all.some((one) => one.interrupted),
  };
}
