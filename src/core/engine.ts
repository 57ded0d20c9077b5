import type {
  BatchRow,
  EngineEvent,
  ScheduleView,
  TableName,
  TableOutcome,
  TableRow,
} from '../shared/contract.ts';
import type { DryRunReport } from '../shared/dryRun.ts';
import type { ConnectionSettings, NotificationSettings, Settings } from '../shared/settings.ts';
import type { MonthTraffic } from '../shared/traffic.ts';
import type { VerifiedRow, VerifyReport } from '../shared/verify.ts';
import type { EngineBase } from './batch/engineBase.ts';
import { findCrash, refuseUnfit, withLease } from './batch/leaseGuard.ts';
import { pickConnection, pickConnections } from './batch/pickConnections.ts';
import { RunTraffic } from './batch/runTraffic.ts';
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
import type { ExportReport } from './export/exportConnection.ts';
import { branchFacts } from './headOffice/branchFacts.ts';
import { findBatch } from './journal/findBatch.ts';
import type { WritableJournal } from './journal/journal.ts';
import { isLeaseHeld } from './journal/lease.ts';
import { openJournal } from './journal/openJournal.ts';
import { tidyJournal } from './journal/prune.ts';
import type { EngineListener, Ports } from './ports.ts';
import type { Timeouts } from './postgres/session.ts';
import { RunProgress } from './progress/runProgress.ts';
import { viewSchedules } from './schedule/nextRuns.ts';
import { installation } from './settings/installation.ts';
import { type Standing, standingOf, upToOf } from './standing/standing.ts';
import type { RetryPolicy } from './table/retry.ts';
import { errorFacts } from './unexpected.ts';

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

/** What works with databases; see there. Programs that run for weeks import loadedAtStart.ts. */
const loadRequests = () => import('./requests.ts');

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
  /** Of the current run; null outside runs. */
  #traffic: RunTraffic | null = null;
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

  connections(): readonly string[] {
    return this.#base.settings.connections.filter((one) => one.enabled).map((one) => one.id);
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
    const connections = pickConnections(this.#base.settings, request.connections ?? []);
    return this.#leased(request, control, async (base, holding) => {
      const { betweenHooks, syncAll } = await loadRequests();
      return betweenHooks(base, control, () => syncAll(base, connections, request, holding, control));
    });
  }

  exportConnection(request: ExportRequest, control: RunControl = {}): Promise<ExportReport> {
    const connection = pickConnection(this.#base.settings, request.connection);
    return this.#leased(request, control, async (base) => {
      const { exportConnection } = await import('./export/exportConnection.ts');
      return exportConnection(base, connection, request, control);
    });
  }

  importFile(request: ImportRequest, control: RunControl = {}): Promise<BatchRow> {
    return this.#leased(request, control, async (base, holding) => {
      const { importFile } = await import('./export/importFile.ts');
      return importFile(base, { connection: null, ...request, ...holding }, control);
    });
  }

  async dryRun(request: DryRunRequest, control: RunControl = {}): Promise<DryRunReport> {
    const base = this.#base;
    const connections = pickConnections(base.settings, request.connections ?? []);
    const names = (request.tables ?? []).filter((name) => name !== '*');
    const { dryRun } = await import('./dryRun/dryRun.ts');
    return dryRun(base, { ...request, connections, names }, control);
  }

  async resume(batchId: string, request: ResumeRequest, control: RunControl = {}): Promise<ResumeOutcome> {
    refuseUnfit(this.#base.folder, this.#journal, this.batch(batchId).batch);
    return this.#leased(request, control, async (base, holding) => {
      const { betweenHooks, resume } = await loadRequests();
      return betweenHooks(base, control, () => resume(base, batchId, request, holding, control));
    });
  }

  async syncTable(request: SyncTableRequest, control: RunControl = {}): Promise<TableOutcome> {
    const { batchId } = request;
    const connection = pickConnection(this.#base.settings, request.connection);
    if (batchId === undefined)
      return this.#leased(request, control, async (base) => {
        const { syncTable } = await loadRequests();
        return syncTable(base, connection, request, control);
      });
    const { syncTableOfBatch } = await loadRequests();
    return syncTableOfBatch(this.#base, connection, request, batchId, (only) =>
      this.resume(batchId, only, control),
    );
  }

  async verify(request: VerifyRequest, control: RunControl = {}): Promise<VerifyReport> {
    const asked = request.only?.map((one) => one.connection) ?? request.connections ?? [];
    const connections = pickConnections(this.#base.settings, asked);
    return this.#leased(request, control, async (base) => {
      const { verify } = await loadRequests();
      return verify(base, connections, request, control);
    });
  }

  finishHooks(request: Pick<ResumeRequest, 'trigger'>, control: RunControl = {}): Promise<void> {
    return this.#leased(request, control, async (base) => (await loadRequests()).finishHooks(base, control));
  }

  prune(request: Parameters<Engine['prune']>[0] = {}): ReturnType<Engine['prune']> {
    const { retention } = this.#base.settings;
    const now = this.#base.ports.clock.now();
    return this.#journal.prune({ ...retention, now, dryRun: request.dryRun ?? false });
  }

  get sentSinceNoted(): number {
    return this.#traffic?.sentSinceNoted ?? 0;
  }

  verifications(connection?: string): readonly VerifiedRow[] {
    return this.#journal.verifications(connection);
  }

  batch(batchId: string): { readonly batch: BatchRow; readonly tables: readonly TableRow[] } {
    return findBatch(this.#journal, batchId);
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
    const base = this.#base;
    return (await loadRequests()).testOf(base, connection, stop);
  }

  async listTables(connectionId: string): ReturnType<Engine['listTables']> {
    const base = this.#base;
    const connection = pickConnection(base.settings, connectionId);
    return (await loadRequests()).listTables(base, connection);
  }

  async outOfReach(connections: readonly string[]): ReturnType<Engine['outOfReach']> {
    const base = this.#base;
    const picked = pickConnections(base.settings, connections);
    return (await loadRequests()).findOutOfReach(base, picked);
  }

  async noteServerRuns(): ReturnType<Engine['noteServerRuns']> {
    const base = this.#base;
    const enabled = base.settings.connections.filter((one) => one.enabled);
    return (await loadRequests()).noteServerRuns(base, enabled);
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
   * @param work gets the engine's base as it was when the run was requested. The installation is read again,
   *   because another process may have changed it since (`installation keep`, `installation new`)
   */
  #leased<T>(
    request: { readonly trigger: BatchRow['trigger'] },
    control: RunControl,
    work: (base: EngineBase, holding: { noteBatch(batchId: string): void }) => Promise<T>,
  ): Promise<T> {
    const requested = this.#base;
    const { folder, ports, settings } = requested;
    return withLease(folder, this.#journal, ports.clock, request.trigger, control, async (holding) => {
      const traffic = new RunTraffic(this.#journal);
      this.#traffic = traffic;
      const base = { ...requested, installation: installation(folder), traffic };
      const result = await work(base, holding).finally(() => {
        traffic.noteRest(ports.logger);
        this.#traffic = null;
      });
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
