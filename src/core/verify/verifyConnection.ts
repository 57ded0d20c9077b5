import type { FailureDetail } from '../../shared/errors.ts';
import type { VerifyRow } from '../../shared/verify.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import { journalRuns } from '../batch/journalRuns.ts';
import type { SourcePlan } from '../batch/plan.ts';
import type { Selected } from '../batch/select.ts';
import { WorkerLinks } from '../sync/links.ts';
import { retryDelay } from '../sync/retry.ts';
import { asFailure } from '../sync/tableRun.ts';
import { watched } from '../sync/watchdog.ts';
import { type Control, openControl } from './control.ts';
import { VerifyQueue } from './queue.ts';
import { verifyTable } from './verifyTable.ts';

/** What the verify of one connection found; `tables` lacks those that it was stopped before. */
export interface ConnectionVerified {
  readonly tables: readonly VerifyRow[];
  readonly interrupted: boolean;
}

/** Verifies the tables of one connection, `parallelTables` at a time, the largest first. */
export async function verifyConnection(
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
  const count = Math.min(run.parallelTables, plan.selected.length);
  const workers = Array.from({ length: count }, () => work(run, plan, queue, control));
  for (const end of await Promise.allSettled(workers)) if (end.status === 'rejected') throw end.reason;
}

async function work(run: RunContext, plan: SourcePlan, queue: VerifyQueue, control: Control): Promise<void> {
  const options = run.sessionOptions(plan.connection);
  const runs = journalRuns(run.journal, run.ports.logger, plan.connection.id);
  const links = new WorkerLinks(run.ports.clock, options.source, options.central, runs);
  const cut = (): void => links.cut();
  run.halt.addEventListener('abort', cut);
  try {
    for (let next = queue.next(); next !== undefined; next = queue.next()) {
      const refusal = control.rights?.refused.get(next.table);
      if (refusal !== undefined) {
        queue.fail(next.table, refusal);
        continue;
      }
      const job = { connection: plan.connection, ...describe(next, control) };
      // What failed in the middle has left its transactions open.
      const watch = { links, throttle: run.throttle, logger: run.ports.logger };
      const names = { connection: plan.connection.id, table: next.table };
      const attempt = (): Promise<VerifyRow> =>
        watched({ ...watch, ...names }, (tools) =>
          verifyTable({ ...run, throttle: tools.throttle, claim: control.claim }, tools.links, job),
        );
      const end = await retried(run, attempt, cut);
      if (end.kind === 'done') queue.finish(end.value);
      else if (end.kind === 'failed') queue.fail(next.table, end.failure);
    }
  } finally {
    run.halt.removeEventListener('abort', cut);
    await links.close();
  }
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

type Tried<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly failure: FailureDetail }
  | { readonly kind: 'stopped' };

/** Tries something again while that may help. */
async function retried<T>(
  run: RunContext,
  attempt: () => Promise<T>,
  afterFailure: () => void = () => {},
): Promise<Tried<T>> {
  for (let failures = 0; ; failures++) {
    try {
      return { kind: 'done', value: await attempt() };
    } catch (error) {
      afterFailure();
      if (run.stop.aborted) return { kind: 'stopped' };
      const failure = asFailure(error, run.ports.logger);
      const delay = retryDelay(run.retry, failure, failures, run.ports.random);
      if (delay === null) return { kind: 'failed', failure };
      await run.ports.clock.sleep(delay, run.stop).catch(() => {});
    }
  }
}
