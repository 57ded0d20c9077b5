import type { PastLine } from '../../core/journal/history.ts';
import type { ReadableJournal } from '../../core/journal/journal.ts';
import { RunProgress } from '../../core/progress/runProgress.ts';
import { freshTables, oldestOf } from '../../core/standing/standing.ts';
import { errorFacts } from '../../core/unexpected.ts';
import { type LeaseHolder, type TableName, tableKey } from '../../shared/contract.ts';
import { UsageError } from '../../shared/errors.ts';
import type { ServiceEvent, ServiceStatus } from '../../shared/service.ts';
import { assertNever } from '../../shared/status.ts';
import type { ExportingView, LiveView } from '../../window-api/views.ts';
import type { WindowEvent } from '../../window-api/windowApi.ts';
import type { JournalReader } from '../journalReader.ts';
import { usableSettings } from '../settingsViews.ts';
import type { WindowAppHost } from '../windowApp.ts';
import { alsoOutside, FolderPoller, statusFromOutside } from './folderPoller.ts';
import { LinkRate } from './linkRate.ts';
import { type Listeners, Throttle } from './listeners.ts';

type Kind = 'live' | 'tables' | 'history' | 'settings';
type UpTo = Pick<LiveView, 'upTo' | 'upToOthers'>;

/** The current state: this process's run from events, other processes' runs by reading the journal. */
export class Live implements Disposable {
  readonly #host: Pick<WindowAppHost, 'folder' | 'ports' | 'service'>;
  readonly #reader: JournalReader;
  readonly #listeners: Listeners;
  readonly #poller: FolderPoller;
  readonly #throttles: Readonly<Record<Kind, Throttle>>;
  readonly #off: () => void;
  /** The batch that this process runs. */
  #run: RunProgress | null = null;
  /** The batch that another process runs, as last read. */
  #seen: RunProgress | null = null;
  /** How fast the running batch sends. */
  #link: LinkRate | null = null;
  #verifying: LiveView['verifying'] = null;
  /** The export that this process writes. */
  #export: (Omit<ExportingView, 'run'> & { readonly run: RunProgress }) | null = null;
  /** The status in the service's last event; null if it must be asked for. */
  #status: ServiceStatus | null = null;
  #upTo: ({ readonly line: number } & UpTo) | null = null;
  /** The value from when the settings could last be used. */
  #lastUpTo: UpTo = { upTo: null, upToOthers: null };
  /** Tables that began or ended since the last event about them. */
  readonly #turned = new Map<string, { readonly batchId: string; connection: string; table: string }>();

  constructor(
    host: Pick<WindowAppHost, 'folder' | 'ports' | 'service'>,
    reader: JournalReader,
    listeners: Listeners,
  ) {
    this.#host = host;
    this.#reader = reader;
    this.#listeners = listeners;
    const { clock, logger } = host.ports;
    const throttle = (tell: () => void): Throttle =>
      new Throttle(clock, () => {
        if (!listeners.isEmpty) this.#guarded(tell);
      });
    this.#throttles = {
      live: throttle(() => listeners.tellLive(this.view())),
      tables: throttle(() => this.#tellTables()),
      history: throttle(() => listeners.tell({ type: 'history' })),
      settings: throttle(() => listeners.tell({ type: 'settings' })),
    };
    this.#poller = new FolderPoller(host.folder, reader, clock, {
      onLines: (lines) => this.#takeLines(lines),
      onSettings: () => this.#settingsChanged(),
      // The service would notice within a minute; this tells an open window at once.
      onFolder: () => host.service?.wake(),
      onPoll: () => this.#throttles.live.want(),
      onError: (error) => logger.log('warn', 'The journal could not be looked at', errorFacts(error)),
    });
    this.#off = host.service?.on((event) => this.#take(event)) ?? (() => {});
  }

  /** Whether this process runs something itself, and so holds the lease. */
  get runsHere(): boolean {
    return this.#run !== null || this.#verifying !== null || this.#export !== null;
  }

  on(listener: (event: WindowEvent) => void): () => void {
    const off = this.#listeners.add(listener);
    this.#poller.begin();
    return () => {
      off();
      if (this.#listeners.isEmpty) this.#poller.end();
    };
  }

  view(): LiveView {
    try {
      return this.#poll();
    } catch (error) {
      // An unusable folder is shown as the current state, instead of an outdated running batch.
      const known = this.#host.service?.status();
      if (!(error instanceof UsageError) || known === undefined) throw error;
      const refusal = known.refusal ?? { code: error.code, params: error.params };
      const nothing = { run: null, link: null, verifying: null, exporting: null };
      return { status: { ...known, refusal }, ...this.#lastUpTo, ...nothing };
    }
  }

  #poll(): LiveView {
    return this.#reader.read((journal) => {
      const holder = this.runsHere ? null : this.#reader.holder(journal);
      const status = this.#statusNow(journal, holder);
      const run = this.#run ?? this.#lookAtOther(journal, holder);
      const exporting = this.#export && { ...this.#export, run: this.#export.run.view() };
      const { upTo, upToOthers } = this.#upToNow(journal, status);
      const link = run === null ? null : this.#lookAtLink(journal, run.batchId);
      const told = { status, upTo, upToOthers, run: run?.view() ?? null, link };
      return { ...told, verifying: this.#verifying, exporting };
    });
  }

  /** Something changed for which no event is sent. */
  changed(what: 'status' | 'history' | 'settings'): void {
    if (what === 'status') this.#status = null;
    else this.#throttles[what].want();
    this.#throttles.live.want();
  }

  [Symbol.dispose](): void {
    this.#off();
    this.#poller[Symbol.dispose]();
    for (const throttle of Object.values(this.#throttles)) throttle[Symbol.dispose]();
  }

  #statusNow(journal: ReadableJournal, holder: LeaseHolder | null): ServiceStatus {
    const { service, folder, ports } = this.#host;
    if (service === null) return statusFromOutside(journal, holder, folder, ports.clock.now());
    this.#status ??= service.status();
    return alsoOutside(this.#status, holder);
  }

  #lookAtOther(journal: ReadableJournal, holder: LeaseHolder | null): RunProgress | null {
    const batch = holder === null ? null : journal.runningBatch();
    const { folder, ports } = this.#host;
    this.#seen =
      batch && RunProgress.seen(journal, batch.batch_id, workersOf(folder), ports.clock, this.#seen);
    return this.#seen;
  }

  #lookAtLink(journal: ReadableJournal, batchId: string): LiveView['link'] {
    const sent =
      (journal.batch(batchId)?.sent_bytes ?? 0) + (this.#host.service?.engine?.sentSinceNoted ?? 0);
    const now = this.#host.ports.clock.monotonic();
    if (this.#link?.batchId !== batchId) this.#link = new LinkRate(batchId, sent, now);
    return this.#link.look(sent, now);
  }

  /** Computing this is slow with many tables, so during this process's run the value from the run's start is kept. */
  #upToNow(journal: ReadableJournal, status: ServiceStatus): UpTo {
    const line = this.runsHere ? (this.#upTo?.line ?? journal.lastLine()) : journal.lastLine();
    if (this.#upTo?.line === line) return this.#upTo;
    const settings = usableSettings(this.#host.folder);
    // An invalid settings file does not change what head office has.
    if (settings !== null) {
      const tables = freshTables(journal, settings);
      this.#lastUpTo = { upTo: oldestOf(tables), upToOthers: oldestOf(tables, failedIn(status)) };
    }
    this.#upTo = { line, ...this.#lastUpTo };
    return this.#upTo;
  }

  #take(event: ServiceEvent): void {
    switch (event.type) {
      case 'batch_started':
      case 'batch_resumed':
        this.#begin(event.batch.batch_id, event.type === 'batch_resumed' ? event.only : null);
        break;
      case 'batch_ended':
        this.#ended();
        break;
      case 'table_started':
      case 'table_progress':
      case 'table_ended':
        this.#follow(event);
        break;
      case 'waiting_for_central':
        this.#run?.take(event);
        break;
      case 'export_started':
      case 'export_progress':
      case 'export_ended':
        this.#followExport(event);
        break;
      case 'verify_progress':
        if (this.#verifying === null) this.#throttles.history.want();
        this.#verifying = { connection: event.connection, table: event.table };
        break;
      case 'verify_ended':
        this.#throttles.history.want();
        break;
      case 'status':
        this.#status = event.status;
        // A run that ended with an error sends no end event.
        if (this.#run !== null && event.status.activity.kind !== 'running') this.#ended();
        if (event.status.activity.kind !== 'verifying') this.#verifying = null;
        if (event.status.activity.kind !== 'exporting') this.#export = null;
        break;
      case 'settings_changed':
      case 'refused':
        this.#status = null;
        this.#settingsChanged();
        break;
      default:
    }
    this.#throttles.live.want();
  }

  #begin(batchId: string, only: readonly TableName[] | null): void {
    this.#guarded(() => {
      const { folder, ports } = this.#host;
      this.#run = this.#reader.read((journal) =>
        RunProgress.begin(journal, batchId, only, workersOf(folder), ports.clock),
      );
    });
    this.#upTo = null;
    this.#throttles.history.want();
  }

  #ended(): void {
    this.#run = null;
    this.#upTo = null;
    this.#throttles.history.want();
  }

  #settingsChanged(): void {
    this.#upTo = null;
    this.#throttles.settings.want();
    this.#throttles.live.want();
  }

  #followExport(
    event: Extract<ServiceEvent, { type: 'export_started' | 'export_progress' | 'export_ended' }>,
  ): void {
    switch (event.type) {
      case 'export_started': {
        const { connection, file, fileBytes, tables } = event;
        const run = RunProgress.ofExport(connection, tables, this.#host.ports.clock);
        this.#export = { connection, file, fileBytes, run };
        break;
      }
      case 'export_progress':
        this.#export &&= { ...this.#export, fileBytes: event.fileBytes };
        return;
      case 'export_ended':
        this.#export = null;
        break;
      default:
        assertNever(event);
    }
    this.#throttles.history.want();
  }

  #follow(event: Extract<ServiceEvent, { type: 'table_started' | 'table_progress' | 'table_ended' }>): void {
    this.#export?.run.take(event);
    const part = this.#run?.take(event) ?? null;
    if (part !== null && this.#run !== null)
      this.#turn({ batchId: this.#run.batchId, connection: part.connection, table: part.table });
  }

  /** Handles log lines of other processes. This process's own lines are known from its events. */
  #takeLines(lines: readonly PastLine[]): void {
    if (this.runsHere) return;
    for (const { batch_id, connection, table_name } of lines) {
      if (batch_id === null || connection === null || table_name === null) continue;
      this.#turn({ batchId: batch_id, connection, table: table_name });
    }
    if (!lines.some(changesLists)) return;
    // Another process's batch or verify has ended, so open problems may have changed.
    this.#status = null;
    this.#throttles.history.want();
  }

  #turn(table: { readonly batchId: string; readonly connection: string; readonly table: string }): void {
    if (this.#listeners.isEmpty) return;
    this.#turned.set(`${table.batchId} ${tableKey(table.connection, table.table)}`, table);
    this.#throttles.tables.want();
  }

  #tellTables(): void {
    const turned = [...this.#turned.values()];
    this.#turned.clear();
    const rows = this.#reader.read((journal) =>
      turned.flatMap((one) => journal.table(one.batchId, one.connection, one.table) ?? []),
    );
    for (const [batchId, of] of Map.groupBy(rows, (row) => row.batch_id))
      this.#listeners.tell({ type: 'tables', batchId, rows: of });
  }

  /** A journal that cannot be read must not prevent other events. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#host.ports.logger.log('warn', 'The window could not be told', errorFacts(error));
    }
  }
}

/** Whether a table is among those that failed, on its own or with its whole connection. */
function failedIn({ attention }: ServiceStatus): (table: TableName) => boolean {
  const failed = attention.flatMap((one) => [...one.failed, ...one.retrying]);
  const keys = new Set(failed.map((one) => tableKey(one.connection, one.table)));
  const whole = new Set(failed.flatMap((one) => (one.allTables ? [one.connection] : [])));
  return ({ connection, table }) => whole.has(connection) || keys.has(tableKey(connection, table));
}

/**
 * Whether a line changes the lists in the window: a batch began or ended, a table was verified, history was
 * pruned. A single table's progress does not.
 */
function changesLists({ event, table_name }: PastLine): boolean {
  return table_name === null || event === 'verified';
}

/** Tables that are copied at a time, per connection. */
function workersOf(folder: string): number {
  return usableSettings(folder)?.sync.parallelTables ?? 1;
}
