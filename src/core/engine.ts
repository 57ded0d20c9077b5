import type { BatchRow, EngineEvent, ScheduleView, TableOutcome, TableRow } from '../shared/contract.ts';
import { SyncFailure, UsageCode, UsageError } from '../shared/errors.ts';
import { namesTable } from '../shared/naming.ts';
import type { ConnectionSettings, Settings } from '../shared/settings.ts';
import { BatchStatus, type Strategy, TableStatus } from '../shared/status.ts';
import type { VerifiedRow, VerifyReport } from '../shared/verify.ts';
import type { ConnectionWork, RunContext } from './batch/connectionRun.ts';
import {
  narrow,
  pickConnection,
  pickConnections,
  planSource,
  type SourcePlan,
  unknownTable,
} from './batch/plan.ts';
import { runBatch, runConnections } from './batch/runBatch.ts';
import { newWork, plannedTables, restOfWork } from './batch/work.ts';
import { applicationName, type Installation } from './central/ownership.ts';
import { testEndpoint } from './connectionTest.ts';
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
import { isLeaseHeld } from './journal/lease.ts';
import { openJournal } from './journal/openJournal.ts';
import { UNKNOWN_TABLES } from './journal/rows.ts';
import { findCrash, withLease } from './leaseGuard.ts';
import type { EngineListener, Ports } from './ports.ts';
import { DEFAULT_TIMEOUTS, type SessionOptions, type Timeouts } from './postgres/session.ts';
import { viewSchedules } from './schedule/view.ts';
import { installation } from './settings/installation.ts';
import { DEFAULT_RETRY, type RetryPolicy, retryDelay } from './sync/retry.ts';
import { parseHours, Throttle } from './sync/throttle.ts';
import { verifyConnections } from './verify/verifyConnections.ts';

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
  const { journal, setAside } = openJournal(setup.folder, ports);
  findCrash(setup.folder, journal);
  return new JournaledEngine(ports, setup, journal, setAside);
}

const NEVER = new AbortController().signal;

class JournaledEngine implements Engine {
  readonly journalSetAside: string | null;
  readonly #ports: Ports;
  readonly #setup: EngineSetup;
  readonly #journal: Journal;
  readonly #installation: Installation;
  readonly #listeners = new Set<EngineListener>();

  constructor(ports: Ports, setup: EngineSetup, journal: Journal, setAside: string | null) {
    this.#ports = ports;
    this.#setup = setup;
    this.#journal = journal;
    this.#installation = installation(setup.folder);
    this.journalSetAside = setAside;
  }

  async syncAll(request: SyncAllRequest, control: RunControl = {}): Promise<BatchRow> {
    const connections = pickConnections(this.#setup.settings, request.connections ?? []);
    const names = request.tables ?? [];
    return this.#leased(request, control, async (holding) => {
      const plans = narrow(await this.#look(connections, control), names);
      const strategy = request.strategy ?? null;
      const works = plans.map((plan) => newWork(plan, this.#journal, names, strategy));
      const tables = works.flatMap(plannedTables);
      if (tables.length === 0)
        throw new UsageError(UsageCode.NoTables, { connection: connections.map((one) => one.id).join(', ') });
      const allowDeletes = request.allowDeletes ?? false;
      const options = {
        connections: connections.map((one) => one.id),
        tables: names,
        strategy,
        allowDeletes,
      };
      const batch = this.#journal.beginBatch({ trigger: request.trigger, options, tables });
      holding.noteBatch(batch.batch_id);
      this.#emit({ type: 'batch_started', batch });
      const context = this.#context(control, batch.batch_id, allowDeletes, request.acceptSources);
      return runBatch(context, batch.batch_id, works);
    });
  }

  async resume(batchId: string, request: ResumeRequest, control: RunControl = {}): Promise<ResumeOutcome> {
    this.#refuseUnfit(batchId);
    return this.#leased(request, control, async (holding) => {
      const { batch, tables } = this.batch(batchId);
      if (batch.status === BatchStatus.Completed) return { kind: 'already_completed', batch };
      const rest = tables.filter((row) => isLeft(row) && isAsked(row, request));
      const options = batch.options;
      const plans = await this.#look(connectionsOf(this.#setup.settings, rest), control);
      const resumed = this.#journal.resumeBatch(batchId);
      holding.noteBatch(batchId);
      this.#emit({ type: 'batch_resumed', batch: resumed });
      const works = plans.map((plan) =>
        this.#restOfWork(batchId, plan, rest, options.tables, options.strategy),
      );
      const context = this.#context(
        control,
        batchId,
        options.allowDeletes || (request.allowDeletes ?? false),
        request.acceptSources,
      );
      const ended = await runBatch(context, batchId, works, batch.interruption_reason ?? undefined);
      return { kind: 'ran', batch: ended };
    });
  }

  async syncTable(request: SyncTableRequest, control: RunControl = {}): Promise<TableOutcome> {
    const connection = pickConnection(this.#setup.settings, request.connection);
    if (request.batchId !== undefined)
      return this.#syncTableOfBatch(connection, request, request.batchId, control);
    return this.#leased(request, control, async () => {
      const [plan] = await this.#look([connection], control);
      if (plan === undefined) throw unknownTable(request.table, []);
      if (plan.failure !== null) throw new SyncFailure(plan.failure);
      const [narrowed] = narrow([plan], [request.table]);
      const work = newWork(narrowed ?? plan, this.#journal, [request.table], request.strategy ?? null);
      const context = this.#context(control, null, request.allowDeletes ?? false);
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
    const row = this.batch(batchId).tables.find(
      (one) => one.connection === connection.id && namesTable(request.table, one.table_name),
    );
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
    const connections = pickConnections(this.#setup.settings, request.connections ?? []);
    return this.#leased(request, control, async () => {
      const plans = narrow(await this.#look(connections, control), request.tables ?? []);
      const context = this.#context(control, null, request.allowDeletes ?? false);
      return verifyConnections(context, plans, request.repair ?? false);
    });
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

  batches(limit: number): readonly BatchRow[] {
    return this.#journal.batches(limit);
  }

  log(filter: Parameters<Engine['log']>[0] = {}): ReturnType<Engine['log']> {
    return this.#journal.log(filter);
  }

  schedules(): readonly ScheduleView[] {
    const { id } = this.#installation;
    return viewSchedules(this.#setup.settings.schedules, this.#journal, id, this.#ports.clock.now());
  }

  holder(): ReturnType<Engine['holder']> {
    return isLeaseHeld(this.#setup.folder) ? this.#journal.holder() : null;
  }

  async testConnection(connection: ConnectionSettings | 'central'): ReturnType<Engine['testConnection']> {
    const { settings, folder } = this.#setup;
    const timeouts = { ...DEFAULT_TIMEOUTS, ...this.#setup.timeouts };
    const common = { folder, timeouts, applicationName: 'branchline-test' };
    return connection === 'central'
      ? testEndpoint({ ...common, side: 'central', endpoint: settings.central, connection: 'central' }, null)
      : testEndpoint(
          { ...common, side: 'source', endpoint: connection, connection: connection.id },
          connection,
        );
  }

  async listTables(connectionId: string): ReturnType<Engine['listTables']> {
    const connection = pickConnection(this.#setup.settings, connectionId);
    const plan = await planSource(connection, this.#sessionOptions(connection).source);
    if (plan.failure !== null) throw new SyncFailure(plan.failure);
    return plan.selected.map((one) => ({ table: one.table, estimatedRows: one.shape?.estimatedRows ?? 0 }));
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
    if (batch.status !== BatchStatus.Running || !isLeaseHeld(this.#setup.folder)) return;
    const holder = this.#journal.holder();
    const params = { batch: batchId, pid: holder?.pid ?? '?', face: holder?.face ?? batch.trigger };
    throw new UsageError(UsageCode.BatchRunning, params);
  }

  #leased<T>(
    request: { readonly trigger: BatchRow['trigger'] },
    control: RunControl,
    work: (holding: { noteBatch(batchId: string): void }) => Promise<T>,
  ): Promise<T> {
    return withLease(this.#setup.folder, this.#journal, this.#ports.clock, request.trigger, control, work);
  }

  /** Looks at the sources side by side; one that does not answer is asked again a few times. */
  async #look(
    connections: readonly ConnectionSettings[],
    control: RunControl,
  ): Promise<readonly SourcePlan[]> {
    return Promise.all(connections.map((one) => this.#lookAt(one, control.stop ?? NEVER)));
  }

  async #lookAt(connection: ConnectionSettings, stop: AbortSignal): Promise<SourcePlan> {
    const retry = { ...DEFAULT_RETRY, ...this.#setup.retry };
    for (let failures = 0; ; failures++) {
      const plan = await planSource(connection, this.#sessionOptions(connection).source);
      if (plan.failure === null || stop.aborted) return plan;
      const delay = retryDelay(retry, plan.failure, failures, this.#ports.random);
      if (delay === null) return plan;
      await this.#ports.clock.sleep(delay, stop).catch(() => {});
    }
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

  #context(
    control: RunControl,
    batchId: string | null,
    allowDeletes: boolean,
    acceptSources: readonly string[] = [],
  ): RunContext {
    const { settings, retry } = this.#setup;
    const halt = control.halt ?? NEVER;
    return {
      ports: this.#ports,
      journal: this.#journal,
      emit: (event) => this.#emit(event),
      installation: this.#installation,
      central: settings.central,
      limits: settings.sync,
      retry: { ...DEFAULT_RETRY, ...retry },
      throttle: new Throttle(
        settings.sync.bandwidthKbps,
        settings.sync.bandwidthHours === null ? null : parseHours(settings.sync.bandwidthHours),
        this.#ports.clock,
      ),
      parallelTables: settings.sync.parallelTables,
      batchId,
      allowDeletes,
      acceptSources,
      stop: AbortSignal.any([control.stop ?? NEVER, halt]),
      halt,
      sessionOptions: (connection) => this.#sessionOptions(connection),
    };
  }

  #sessionOptions(connection: ConnectionSettings): {
    readonly source: SessionOptions;
    readonly central: SessionOptions;
  } {
    const { settings, folder } = this.#setup;
    const common = {
      connection: connection.id,
      folder,
      applicationName: applicationName(this.#installation, connection.id),
      timeouts: { ...DEFAULT_TIMEOUTS, ...this.#setup.timeouts },
    };
    return {
      source: { ...common, side: 'source', endpoint: connection },
      central: { ...common, side: 'central', endpoint: settings.central },
    };
  }

  #emit(event: EngineEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#ports.logger.log('error', 'A listener failed', { event: event.type, error: String(error) });
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
