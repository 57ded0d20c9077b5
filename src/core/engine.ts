import type { BatchRow, EngineEvent, ScheduleView, TableOutcome, TableRow } from '../shared/contract.ts';
import { SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import { tablesNamed } from '../shared/naming.ts';
import type { ConnectionSettings, NotificationSettings, Settings } from '../shared/settings.ts';
import { BatchStatus, type Strategy, TableStatus } from '../shared/status.ts';
import type { VerifiedRow, VerifyReport } from '../shared/verify.ts';
import type { ConnectionWork } from './batch/connectionRun.ts';
import { type EngineBase, lookAtSources, runContext, sessionOptions } from './batch/engineBase.ts';
import { findCrash, withLease } from './batch/leaseGuard.ts';
import { findOutOfReach, noteServerRuns } from './batch/outOfReach.ts';
import { newWork, plannedTables, restOfWork, runBatch, runConnections } from './batch/runBatch.ts';
import {
  keepOnly,
  narrow,
  pickConnection,
  pickConnections,
  planSource,
  type SourcePlan,
  unknownTable,
} from './batch/sourcePlan.ts';
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
import type { Journal } from './journal/journal.ts';
import { UNKNOWN_TABLES } from './journal/journalRows.ts';
import { isLeaseHeld } from './journal/lease.ts';
import { openJournal } from './journal/openJournal.ts';
import { tidyJournal } from './journal/prune.ts';
import type { EngineListener, Ports } from './ports.ts';
import type { Timeouts } from './postgres/session.ts';
import { testConnection } from './probe/connectionTest.ts';
import { viewSchedules } from './schedule/nextRuns.ts';
import { installation } from './settings/installation.ts';
import { type Standing, standingOf, upToOf } from './standing/standing.ts';
import type { RetryPolicy } from './table/retry.ts';
import { errorFacts } from './unexpected.ts';
import { verifyConnections } from './verify/verifyConnection.ts';

/** What an engine works with. Time-outs and retries have defaults that suit a slow link. */
export interface EngineSetup {
  /** The user-data folder: journal, lease, installation id; relative file names in the settings start here. */
  readonly folder: string;
  readonly settings: Settings;
  readonly timeouts?: Partial<Timeouts>;
  readonly retry?: Partial<RetryPolicy>;
}

/**
 * Opens the engine on a user-data folder. A batch that a crash cut off is found here and marked.
 *
 * @throws UsageError `data_folder_unusable`, `journal_newer`
 */
export function openEngine(ports: Ports, setup: EngineSetup): Engine {
  return openWithJournal(ports, setup).engine;
}

/** As {@link openEngine}, for the service, which keeps its own notes in the same journal. */
export function openWithJournal(
  ports: Ports,
  setup: EngineSetup,
): { readonly engine: Engine; readonly journal: Journal } {
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
  readonly #journal: Journal;
  readonly #listeners = new Set<EngineListener>();

  constructor(ports: Ports, setup: EngineSetup, journal: Journal, setAside: string | null) {
    this.#journal = journal;
    this.#base = {
      ...setup,
      ports,
      journal,
      installation: installation(setup.folder),
      emit: (event) => this.#emit(event),
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
      const strategy = request.strategy ?? null;
      const works = plans.map((plan) => newWork(plan, this.#journal, names, strategy));
      const tables = works.flatMap(plannedTables);
      if (tables.length === 0)
        throw new UsageError(UsageCode.NoTables, { connection: connections.map((one) => one.id).join(', ') });
      const options = {
        connections: connections.map((one) => one.id),
        tables: names,
        strategy,
        allowDeletes: request.allowDeletes ?? false,
      };
      const batch = this.#journal.together(() => {
        const begun = this.#journal.beginBatch({ trigger: request.trigger, options, tables });
        const planned = request.schedule;
        if (planned !== undefined)
          this.#journal.noteScheduleRun(planned.schedule, planned.dueAt, begun.batch_id, 'ran');
        return begun;
      });
      holding.noteBatch(batch.batch_id);
      this.#emit({ type: 'batch_started', batch });
      const context = runContext(base, control, batch.batch_id, request, spare);
      return await runBatch(context, batch.batch_id, works);
    });
  }

  async resume(batchId: string, request: ResumeRequest, control: RunControl = {}): Promise<ResumeOutcome> {
    const initial = this.#base;
    this.#refuseUnfit(batchId);
    return this.#leased(initial, request, control, async (base, holding) => {
      const { batch, tables } = this.batch(batchId);
      // Of a failed batch that is old, pruning leaves nothing but last successes.
      const over = batch.status === BatchStatus.Failed && !tables.some(isLeft);
      if (batch.status === BatchStatus.Completed || over) return { kind: 'already_completed', batch };
      const rest = () => this.batch(batchId).tables.filter((row) => isLeft(row) && isAsked(row, request));
      const options = batch.options;
      await using spare = new SpareLinks(base.ports.clock);
      const plans = await lookAtSources(base, connectionsOf(base.settings, rest()), control, [], spare);
      // In one transaction: what refuses (a table that is not there) leaves the batch as it was. The tables are
      // looked up anew, since until now another process may have pruned them.
      const { works, resumed } = this.#journal.together(() => ({
        works: plans.map((plan) => this.#restOfWork(batchId, plan, rest(), options.tables, options.strategy)),
        resumed: this.#journal.resumeBatch(batchId),
      }));
      holding.noteBatch(batchId);
      this.#emit({ type: 'batch_resumed', batch: resumed, only: request.tables ?? null });
      // A consent to deletes is not taken over from the batch's beginning: what the branch has removed since is
      // another question.
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
    const initial = this.#base;
    const { only } = request;
    const asked = only === undefined ? request.connections : only.map((one) => one.connection);
    const connections = pickConnections(initial.settings, asked ?? []);
    return this.#leased(initial, request, control, async (base) => {
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
    return upToOf(this.#journal, this.#base.settings);
  }

  standing(): Standing {
    return standingOf(this.#journal, this.#base.settings, this.#base.ports.clock.now());
  }

  batches(limit: number): readonly BatchRow[] {
    return this.#journal.batches(limit);
  }

  log(filter: Parameters<Engine['log']>[0] = {}): ReturnType<Engine['log']> {
    return this.#journal.log(filter);
  }

  schedules(): readonly ScheduleView[] {
    const { installation: own, settings, ports } = this.#base;
    return viewSchedules(settings.schedules, this.#journal, own.id, ports.clock.now());
  }

  holder(): ReturnType<Engine['holder']> {
    return isLeaseHeld(this.#base.folder) ? this.#journal.holder() : null;
  }

  async testConnection(
    connection: ConnectionSettings | 'central',
    stop?: AbortSignal,
  ): ReturnType<Engine['testConnection']> {
    const { settings, folder } = this.#base;
    if (connection !== 'central') return testConnection(folder, { kind: 'source', connection }, null, stop);
    return testConnection(folder, { kind: 'central', central: settings.central }, null, stop);
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

  /** Says who runs a batch that is running, before the lease is asked for. */
  #refuseUnfit(batchId: string): void {
    const { batch } = this.batch(batchId);
    if (batch.status !== BatchStatus.Running || !isLeaseHeld(this.#base.folder)) return;
    const holder = this.#journal.holder();
    const params = { batch: batchId, pid: holder?.pid ?? '?', face: holder?.face ?? batch.trigger };
    throw new UsageError(UsageCode.BatchRunning, params);
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
      const result = await work({ ...initial, installation: installation(folder) }, holding);
      await tidyJournal(this.#journal, settings.retention, ports);
      return result;
    });
  }

  #restOfWork(
    batchId: string,
    plan: SourcePlan,
    rest: readonly TableRow[],
    names: readonly string[],
    strategy: Strategy | null,
  ): ConnectionWork {
    const rows = rest.filter((row) => row.connection === plan.connection.id);
    if (plan.failure !== null || !rows.some((row) => row.table_name === UNKNOWN_TABLES)) {
      return restOfWork(plan, rows, strategy);
    }
    const [narrowed] = narrow([plan], names);
    const work = newWork(narrowed ?? plan, this.#journal, names, strategy);
    this.#journal.expandTables(batchId, plan.connection.id, plannedTables(work));
    return work;
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

function isLeft(row: TableRow): boolean {
  return row.status !== TableStatus.Completed && row.status !== TableStatus.Skipped;
}

function isAsked(row: TableRow, request: ResumeRequest): boolean {
  if (request.tables === undefined) return true;
  return request.tables.some((one) => one.connection === row.connection && one.table === row.table_name);
}

function connectionsOf(settings: Settings, rows: readonly TableRow[]): readonly ConnectionSettings[] {
  return [...new Set(rows.map((row) => row.connection))].map((id) => pickConnection(settings, id));
}

function outcomeOf(row: TableRow): TableOutcome {
  return {
    connection: row.connection,
    table: row.table_name,
    model: row.model_name,
    status: row.status,
    strategy: row.strategy,
    processed: row.records_processed,
    skipped: row.records_skipped,
    deleted: row.records_deleted,
    bytes: row.bytes,
    durationSeconds: row.duration_seconds ?? 0,
    failure: row.error_detail,
  };
}
