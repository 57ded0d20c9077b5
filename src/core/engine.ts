import type {
  BatchRow,
  EngineEvent,
  ScheduleView,
  TableName,
  TableOutcome,
  TableRow,
} from '../shared/contract.ts';
import type { DryRunReport } from '../shared/dryRun.ts';
import { SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import { tablesNamed } from '../shared/naming.ts';
import type { ConnectionSettings, NotificationSettings, Settings } from '../shared/settings.ts';
import { BatchStatus } from '../shared/status.ts';
import type { MonthTraffic } from '../shared/traffic.ts';
import type { VerifiedRow, VerifyReport } from '../shared/verify.ts';
import { type EngineBase, lookAtSources, runContext, sessionOptions } from './batch/engineBase.ts';
import { findCrash, refuseUnfit, withLease } from './batch/leaseGuard.ts';
import { runNewBatch } from './batch/newBatch.ts';
import { findOutOfReach, noteServerRuns } from './batch/outOfReach.ts';
import {
  isAsked,
  isLeft,
  newWork,
  outcomeOf,
  restOfBatch,
  runBatch,
  runConnections,
} from './batch/runBatch.ts';
import { RunTraffic } from './batch/runTraffic.ts';
import {
  connectionsOf,
  keepOnly,
  narrow,
  pickConnection,
  pickConnections,
  planSource,
  unknownTable,
} from './batch/sourcePlan.ts';
import { SpareLinks } from './batch/spareLinks.ts';
import { dryRun } from './dryRun/dryRun.ts';
import type {
  DryRunRequest,
  Engine,
  ExportRequest,
  ImportRequest,
  ResumeOutcome,
  ResumeRequest,
  RunControl,
  SyncAllRequest,
  SyncTableRequest,
  VerifyRequest,
} from './engineApi.ts';
import { type ExportReport, exportConnection } from './export/exportConnection.ts';
import { importFile } from './export/importFile.ts';
import { branchFacts } from './headOffice/branchFacts.ts';
import type { WritableJournal } from './journal/journal.ts';
import { isLeaseHeld } from './journal/lease.ts';
import { openJournal } from './journal/openJournal.ts';
import { tidyJournal } from './journal/prune.ts';
import type { EngineListener, Ports } from './ports.ts';
import type { Timeouts } from './postgres/session.ts';
import { testConnection } from './probe/connectionTest.ts';
import { noteMeasured } from './probe/linkSpeed.ts';
import { RunProgress } from './progress/runProgress.ts';
import { viewSchedules } from './schedule/nextRuns.ts';
import { installation } from './settings/installation.ts';
import { type Standing, standingOf, upToOf } from './standing/standing.ts';
import type { RetryPolicy } from './table/retry.ts';
import { errorFacts } from './unexpected.ts';
import { verifyConnections } from './verify/verifyConnection.ts';

/** What an engine works with. The default time-outs and retries suit a slow link. */
export interface EngineSetup {
  /** The user-data folder: journal, lease, installation id. Relative file names in the settings start here. */
  readonly folder: string;
  readonly settings: Settings;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
}

/**
 * Opens the engine on a user-data folder. Marks a batch that was cut off by a crash.
 *
 * @throws UsageError `data_folder_unusable`, `journal_newer`
 */
export function openEngine(ports: Ports, setup: EngineSetup): Engine {
  return openWithJournal(ports, setup).engine;
}

/** {@link openEngine} for the service, which keeps its own notes in the same journal. */
export function openWithJournal(
  ports: Ports,
  setup: EngineSetup,
): { readonly engine: Engine; readonly journal: WritableJournal } {
  const { journal, setAside } = openJournal(setup.folder, ports);
  try {
    findCrash(setup.folder, journal);
    return { engine: new JournaledEngine(ports, setup, journal, setAside), journal };
  } catch (error) {
    journal.close();
    throw error;
  }
}

class JournaledEngine implements Engine {
  readonly journalSetAside: string | null;
  #base: EngineBase;
  readonly #journal: WritableJournal;
  readonly #listeners = new Set<EngineListener>();

  constructor(ports: Ports, setup: EngineSetup, journal: WritableJournal, setAside: string | null) {
    this.#journal = journal;
    this.#base = {
      ...setup,
      ports,
      journal,
      installation: installation(setup.folder),
      emit: (event) => this.#emit(event),
      traffic: null,
      branchFacts,
    };
    this.journalSetAside = setAside;
  }

  label(connection: string): string {
    return this.#base.settings.connections.find((one) => one.id === connection)?.label || connection;
  }

  notifications(): NotificationSettings {
    return this.#base.settings.notifications;
  }

  useSettings(settings: Settings): void {
    this.#base = { ...this.#base, settings };
  }

  async syncAll(request: SyncAllRequest, control: RunControl = {}): Promise<BatchRow> {
    const initial = this.#base;
    const connections = pickConnections(initial.settings, request.connections ?? []);
    const names = (request.tables ?? []).filter((name) => name !== '*');
    return this.#leased(initial, request, control, async (base, holding) => {
      await using spare = new SpareLinks(base.ports.clock);
      const plans = narrow(await lookAtSources(base, connections, control, names, spare), names);
      const works = plans.map((plan) => newWork(plan, this.#journal, names, request.strategy ?? null));
      return await runNewBatch(base, { request, names, works, spare, ...holding }, control);
    });
  }

  exportConnection(request: ExportRequest, control: RunControl = {}): Promise<ExportReport> {
    const connection = pickConnection(this.#base.settings, request.connection);
    return this.#leased(this.#base, request, control, (base) =>
      exportConnection(base, connection, request, control),
    );
  }

  importFile(request: ImportRequest, control: RunControl = {}): Promise<BatchRow> {
    return this.#leased(this.#base, request, control, (base, holding) =>
      importFile(base, { connection: null, ...request, ...holding }, control),
    );
  }

  async dryRun(request: DryRunRequest, control: RunControl = {}): Promise<DryRunReport> {
    const connections = pickConnections(this.#base.settings, request.connections ?? []);
    const names = (request.tables ?? []).filter((name) => name !== '*');
    return dryRun(this.#base, { ...request, connections, names }, control);
  }

  async resume(batchId: string, request: ResumeRequest, control: RunControl = {}): Promise<ResumeOutcome> {
    refuseUnfit(this.#base.folder, this.#journal, this.batch(batchId).batch);
    return this.#leased(this.#base, request, control, async (base, holding) => {
      const { batch, tables } = this.batch(batchId);
      // For an old failed batch, pruning keeps nothing but last successes.
      const over = batch.status === BatchStatus.Failed && !tables.some(isLeft);
      if (batch.status === BatchStatus.Completed || over) return { kind: 'already_completed', batch };
      const rest = () => this.batch(batchId).tables.filter((row) => isLeft(row) && isAsked(row, request));
      await using spare = new SpareLinks(base.ports.clock);
      const plans = await lookAtSources(base, connectionsOf(base.settings, rest()), control, [], spare);
      // One transaction, so that a refusal changes nothing. Tables are read again: they may have been pruned.
      const { works, resumed } = this.#journal.together(() => ({
        works: plans.map((plan) => restOfBatch(this.#journal, batch, plan, rest())),
        resumed: this.#journal.resumeBatch(batchId),
      }));
      holding.noteBatch(batchId);
      this.#emit({ type: 'batch_resumed', batch: resumed, only: request.tables ?? null });
      // A consent to deletes does not carry over from the batch's start: what the branch has deleted since is
      // a new question.
      const context = runContext(base, control, batchId, request, spare);
      const ended = await runBatch(context, batchId, works, batch.interruption_reason ?? undefined);
      return { kind: 'ran', batch: ended };
    });
  }

  async syncTable(request: SyncTableRequest, control: RunControl = {}): Promise<TableOutcome> {
    const initial = this.#base;
    const connection = pickConnection(initial.settings, request.connection);
    if (request.batchId !== undefined)
      return this.#syncTableOfBatch(connection, request, request.batchId, control);
    return this.#leased(initial, request, control, async (base) => {
      await using spare = new SpareLinks(base.ports.clock);
      const [plan] = await lookAtSources(base, [connection], control, [request.table], spare);
      if (plan === undefined) throw unknownTable(request.table, []);
      if (plan.failure !== null) throw new SyncFailure(plan.failure);
      const [narrowed] = narrow([plan], [request.table]);
      const work = newWork(narrowed ?? plan, this.#journal, [request.table], request.strategy ?? null);
      const context = runContext(base, control, null, request, spare);
      const outcome = (await runConnections(context, [work]))[0]?.outcomes[0];
      if (outcome === undefined) throw unknownTable(request.table, [plan]);
      return outcome;
    });
  }

  async #syncTableOfBatch(
    connection: ConnectionSettings,
    request: SyncTableRequest,
    batchId: string,
    control: RunControl,
  ): Promise<TableOutcome> {
    const rows = this.batch(batchId).tables.filter((one) => one.connection === connection.id);
    const [row] = tablesNamed(request.table, rows, (one) => one.table_name);
    const params = { table: request.table, connection: connection.id, batch: batchId };
    if (row === undefined) throw new UsageError(UsageCode.TableNotInBatch, params);
    const { trigger, allowDeletes = false } = request;
    const tables = [{ connection: connection.id, table: row.table_name }];
    await this.resume(batchId, { trigger, allowDeletes, tables }, control);
    const after = this.#journal.table(batchId, connection.id, row.table_name);
    if (after === null) throw new UsageError(UsageCode.TableNotInBatch, params);
    return outcomeOf(after);
  }

  async verify(request: VerifyRequest, control: RunControl = {}): Promise<VerifyReport> {
    const { only } = request;
    const asked = only === undefined ? request.connections : only.map((one) => one.connection);
    const connections = pickConnections(this.#base.settings, asked ?? []);
    return this.#leased(this.#base, request, control, async (base) => {
      const names = only === undefined ? (request.tables ?? []) : [];
      const found = narrow(await lookAtSources(base, connections, control, names), names);
      const plans = only === undefined ? found : keepOnly(found, only);
      return verifyConnections(runContext(base, control, null, request), plans, request.repair ?? false);
    });
  }

  prune(request: Parameters<Engine['prune']>[0] = {}): ReturnType<Engine['prune']> {
    const { retention } = this.#base.settings;
    const now = this.#base.ports.clock.now();
    return this.#journal.prune({ ...retention, now, dryRun: request.dryRun ?? false });
  }

  verifications(connection?: string): readonly VerifiedRow[] {
    return this.#journal.verifications(connection);
  }

  batch(batchId: string): { readonly batch: BatchRow; readonly tables: readonly TableRow[] } {
    const batch = this.#journal.batch(batchId);
    if (batch !== null) return { batch, tables: this.#journal.tables(batchId) };
    const like = this.#journal.nearestBatchId(batchId);
    throw new UsageError(UsageCode.BatchUnknown, {
      batch: batchId,
      ...(like === null ? {} : { nearest: like }),
    });
  }

  latestBatch(): { readonly batch: BatchRow; readonly tables: readonly TableRow[] } | null {
    const batch = this.#journal.latestBatch();
    return batch === null ? null : { batch, tables: this.#journal.tables(batch.batch_id) };
  }

  pastRuns(connection: string, table: string, limit: number): readonly TableRow[] {
    return this.#journal.pastRuns(connection, table, limit);
  }

  upTo(): string | null {
    return upToOf(this.#journal.reader, this.#base.settings);
  }

  followRun(batchId: string | null, only: readonly TableName[] | null): RunProgress {
    const { ports, settings } = this.#base;
    if (batchId === null) return RunProgress.withoutBatch(ports.clock);
    const { parallelTables } = settings.sync;
    return RunProgress.begin(this.#journal.reader, batchId, only, parallelTables, ports.clock);
  }

  watchRun(batchId: string, before: RunProgress | null): RunProgress {
    const { ports, settings } = this.#base;
    return RunProgress.seen(this.#journal.reader, batchId, settings.sync.parallelTables, ports.clock, before);
  }

  standing(): Standing {
    return standingOf(this.#journal.reader, this.#base.settings, this.#base.ports.clock.now());
  }

  trafficMonths(limit: number): readonly MonthTraffic[] {
    return this.#journal.trafficMonths(limit);
  }

  batches(limit: number): readonly BatchRow[] {
    return this.#journal.batches(limit);
  }

  log(filter: Parameters<Engine['log']>[0] = {}): ReturnType<Engine['log']> {
    return this.#journal.log(filter);
  }

  schedules(): readonly ScheduleView[] {
    const { installation: own, settings, ports } = this.#base;
    return viewSchedules(settings.schedules, this.#journal.reader, own.id, ports.clock.now());
  }

  holder(): ReturnType<Engine['holder']> {
    return isLeaseHeld(this.#base.folder) ? this.#journal.holder() : null;
  }

  async testConnection(
    connection: ConnectionSettings | 'central',
    stop?: AbortSignal,
  ): ReturnType<Engine['testConnection']> {
    const { settings, folder, ports } = this.#base;
    if (connection !== 'central')
      return testConnection(folder, { kind: 'source', connection }, undefined, stop);
    const steps = await testConnection(
      folder,
      { kind: 'central', central: settings.central },
      undefined,
      stop,
    );
    noteMeasured(folder, ports, steps);
    return steps;
  }

  async listTables(connectionId: string): ReturnType<Engine['listTables']> {
    const connection = pickConnection(this.#base.settings, connectionId);
    const plan = await planSource(connection, sessionOptions(this.#base, connection).source);
    if (plan.failure !== null) throw new SyncFailure(plan.failure);
    return plan.selected.map((one) => ({ table: one.table, estimatedRows: one.shape?.estimatedRows ?? 0 }));
  }

  async outOfReach(connections: readonly string[]): ReturnType<Engine['outOfReach']> {
    return findOutOfReach(this.#base, pickConnections(this.#base.settings, connections));
  }

  noteServerRuns(): ReturnType<Engine['noteServerRuns']> {
    const { connections } = this.#base.settings;
    return noteServerRuns(
      this.#base,
      connections.filter((one) => one.enabled),
    );
  }

  on(listener: EngineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#journal.close();
  }

  /**
   * Runs `work` under the lease, then prunes the journal.
   *
   * @param initial the engine's base when the run was requested. The installation is read again, because another
   *   process may have changed it since (`installation keep`, `installation new`)
   */
  #leased<T>(
    initial: EngineBase,
    request: { readonly trigger: BatchRow['trigger'] },
    control: RunControl,
    work: (base: EngineBase, holding: { noteBatch(batchId: string): void }) => Promise<T>,
  ): Promise<T> {
    const { folder, ports, settings } = this.#base;
    return withLease(folder, this.#journal, ports.clock, request.trigger, control, async (holding) => {
      const traffic = new RunTraffic(this.#journal);
      const base = { ...initial, installation: installation(folder), traffic };
      const result = await work(base, holding).finally(() => traffic.noteRest(ports.logger));
      await tidyJournal(this.#journal, settings.retention, ports);
      return result;
    });
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#base.ports.logger.log('error', 'A listener failed', {
          event: event.type,
          ...errorFacts(error),
        });
      }
    }
  }
}
