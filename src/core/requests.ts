import type { BatchRow, TableOutcome } from '../shared/contract.ts';
import { SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import { tablesNamed } from '../shared/naming.ts';
import type { ConnectionSettings } from '../shared/settings.ts';
import { BatchStatus } from '../shared/status.ts';
import type { VerifyReport } from '../shared/verify.ts';
import { type EngineBase, lookAtSources, runContext, sessionOptions } from './batch/engineBase.ts';
import { runNewBatch } from './batch/newBatch.ts';
import { findOutOfReach, noteServerRuns } from './batch/outOfReach.ts';
import { connectionsOf } from './batch/pickConnections.ts';
import {
  isAsked,
  isLeft,
  newWork,
  outcomeOf,
  restOfBatch,
  runBatch,
  runConnections,
} from './batch/runBatch.ts';
import { keepOnly, narrow, planSource, unknownTable } from './batch/sourcePlan.ts';
import { SpareLinks } from './batch/spareLinks.ts';
import type {
  Engine,
  ResumeOutcome,
  ResumeRequest,
  RunControl,
  SyncAllRequest,
  SyncTableRequest,
  VerifyRequest,
} from './engineApi.ts';
import { dueHooks } from './hooks/hookMemory.ts';
import { runDueHooks } from './hooks/runHooks.ts';
import { findBatch } from './journal/findBatch.ts';
import { DEFAULT_TIMEOUTS } from './postgres/session.ts';
import { testConnection } from './probe/connectionTest.ts';
import { noteMeasured } from './probe/linkSpeed.ts';
import { applicationName } from './target/ownership.ts';
import { verifyConnections } from './verify/verifyConnection.ts';

/*
 * What the engine does with databases. It is loaded with the first request that needs one: commands that only
 * read the journal would otherwise spend half of their time on loading this.
 */

/** The run that holds the lease: where it notes its batch. */
interface Holding {
  noteBatch(batchId: string): void;
}

export { findOutOfReach, noteServerRuns };

/** A new batch over some connections. */
export async function syncAll(
  base: EngineBase,
  connections: readonly ConnectionSettings[],
  request: SyncAllRequest,
  holding: Holding,
  control: RunControl,
): Promise<BatchRow> {
  const names = (request.tables ?? []).filter((name) => name !== '*');
  await using spare = new SpareLinks(base.ports.clock);
  const plans = narrow(await lookAtSources(base, connections, control, names, spare), names);
  const works = plans.map((plan) => newWork(plan, base.journal, names, request.strategy ?? null));
  return await runNewBatch(base, { request, names, works, spare, ...holding }, control);
}

/** The rest of a batch. */
export async function resume(
  base: EngineBase,
  batchId: string,
  request: ResumeRequest,
  holding: Holding,
  control: RunControl,
): Promise<ResumeOutcome> {
  const { journal } = base;
  const { batch, tables } = findBatch(journal, batchId);
  // For an old failed batch, pruning keeps nothing but last successes.
  const over = batch.status === BatchStatus.Failed && !tables.some(isLeft);
  if (batch.status === BatchStatus.Completed || over) return { kind: 'already_completed', batch };
  const rest = () => findBatch(journal, batchId).tables.filter((row) => isLeft(row) && isAsked(row, request));
  await using spare = new SpareLinks(base.ports.clock);
  const plans = await lookAtSources(base, connectionsOf(base.settings, rest()), control, [], spare);
  // One transaction, so that a refusal changes nothing. Tables are read again: they may have been pruned.
  const { works, resumed } = journal.together(() => ({
    works: plans.map((plan) => restOfBatch(journal, batch, plan, rest())),
    resumed: journal.resumeBatch(batchId),
  }));
  holding.noteBatch(batchId);
  base.emit({ type: 'batch_resumed', batch: resumed, only: request.tables ?? null });
  // A consent to deletes does not carry over from the batch's start: what the branch has deleted since is
  // a new question.
  const context = runContext(base, control, batchId, request, spare);
  const { afterBatch: hooks } = base.settings.hooks;
  const leftReason = batch.interruption_reason ?? undefined;
  const ended = await runBatch(context, { batchId, works, hooks, leftReason });
  return { kind: 'ran', batch: ended };
}

/** Runs the hooks that are due: after a batch, and what was left of an earlier one when Branchline was cut off. */
export async function finishHooks(base: EngineBase, control: RunControl): Promise<void> {
  const { folder, installation, settings, journal, timeouts, traffic } = base;
  if (dueHooks(journal).length === 0) return;
  const never = new AbortController().signal;
  await runDueHooks({
    ...base,
    journal,
    central: {
      side: 'central',
      endpoint: settings.central,
      connection: 'central',
      folder,
      // No connection has such an id, so no batch ends this session as a stale backend.
      applicationName: applicationName(installation, 'after-batch'),
      timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts },
      meter: traffic?.meter,
    },
    stop: control.stop ?? never,
    halt: control.halt ?? never,
  });
}

/** Runs a batch, before it the hooks that an earlier one has left, and after it its own. */
export async function betweenHooks<T>(
  base: EngineBase,
  control: RunControl,
  batch: () => Promise<T>,
): Promise<T> {
  await finishHooks(base, control);
  const result = await batch();
  await finishHooks(base, control);
  return result;
}

/** One table, outside of a batch. */
export async function syncTable(
  base: EngineBase,
  connection: ConnectionSettings,
  request: SyncTableRequest,
  control: RunControl,
): Promise<TableOutcome> {
  await using spare = new SpareLinks(base.ports.clock);
  const [plan] = await lookAtSources(base, [connection], control, [request.table], spare);
  if (plan === undefined) throw unknownTable(request.table, []);
  if (plan.failure !== null) throw new SyncFailure(plan.failure);
  const [narrowed] = narrow([plan], [request.table]);
  const work = newWork(narrowed ?? plan, base.journal, [request.table], request.strategy ?? null);
  const context = runContext(base, control, null, request, spare);
  const outcome = (await runConnections(context, [work]))[0]?.outcomes[0];
  if (outcome === undefined) throw unknownTable(request.table, [plan]);
  return outcome;
}

/** One table of a batch; `resumeTable` resumes that batch for it alone. */
export async function syncTableOfBatch(
  { journal }: EngineBase,
  connection: ConnectionSettings,
  { table, trigger, allowDeletes = false }: SyncTableRequest,
  batchId: string,
  resumeTable: (request: ResumeRequest) => Promise<unknown>,
): Promise<TableOutcome> {
  const rows = findBatch(journal, batchId).tables.filter((one) => one.connection === connection.id);
  const [row] = tablesNamed(table, rows, (one) => one.table_name);
  const params = { table, connection: connection.id, batch: batchId };
  if (row === undefined) throw new UsageError(UsageCode.TableNotInBatch, params);
  await resumeTable({
    trigger,
    allowDeletes,
    tables: [{ connection: connection.id, table: row.table_name }],
  });
  const after = journal.table(batchId, connection.id, row.table_name);
  if (after === null) throw new UsageError(UsageCode.TableNotInBatch, params);
  return outcomeOf(after);
}

export async function verify(
  base: EngineBase,
  connections: readonly ConnectionSettings[],
  { trigger: _, only, tables = [], repair = false, ...allowed }: VerifyRequest,
  control: RunControl,
): Promise<VerifyReport> {
  const names = only === undefined ? tables : [];
  const found = narrow(await lookAtSources(base, connections, control, names), names);
  const plans = only === undefined ? found : keepOnly(found, only);
  return verifyConnections(runContext(base, control, null, allowed), plans, repair);
}

/** Tests a connection of the settings; a test of central also measures its link. */
export async function testOf(
  { settings, folder, ports }: EngineBase,
  connection: ConnectionSettings | 'central',
  stop: AbortSignal | undefined,
): ReturnType<Engine['testConnection']> {
  if (connection !== 'central')
    return testConnection(folder, { kind: 'source', connection }, undefined, stop);
  const steps = await testConnection(folder, { kind: 'central', central: settings.central }, undefined, stop);
  noteMeasured(folder, ports, steps);
  return steps;
}

/** @throws SyncFailure if the source's catalogue cannot be read */
export async function listTables(
  base: EngineBase,
  connection: ConnectionSettings,
): ReturnType<Engine['listTables']> {
  const plan = await planSource(connection, sessionOptions(base, connection).source);
  if (plan.failure !== null) throw new SyncFailure(plan.failure);
  return plan.selected.map((one) => ({ table: one.table, estimatedRows: one.shape?.estimatedRows ?? 0 }));
}
