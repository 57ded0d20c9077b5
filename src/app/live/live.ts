import type { PastLine } from '../../core/journal/history.ts';
import type { Journal } from '../../core/journal/journal.ts';
import { upToOf } from '../../core/standing/standing.ts';
import { errorFacts } from '../../core/unexpected.ts';
import { type LeaseHolder, type TableName, tableKey } from '../../shared/contract.ts';
import { UsageError } from '../../shared/errors.ts';
import type { ServiceEvent, ServiceStatus } from '../../shared/service.ts';
import type { LiveView } from '../../window-api/views.ts';
import type { WindowEvent } from '../../window-api/windowApi.ts';
import type { JournalReader } from '../journalReader.ts';
import { usableSettings } from '../settingsViews.ts';
import type { WindowAppHost } from '../windowApp.ts';
import { Run } from './eta.ts';
import { type Listeners, Throttle } from './listeners.ts';
import { alsoOutside, Lookout, statusFromOutside } from './lookout.ts';

type Kind = 'live' | 'tables' | 'history' | 'settings';

/** How things stand at this moment: folded from what the service tells, looked up for what other processes do. */
export class Live implements Disposable {
  readonly #host: Pick<WindowAppHost, 'folder' | 'ports' | 'service'>;
  readonly #reader: JournalReader;
  readonly #listeners: Listeners;
  readonly #lookout: Lookout;
  readonly #throttles: Readonly<Record<Kind, Throttle>>;
  readonly #off: () => void;
  /** The batch that this process runs. */
  #run: Run | null = null;
  /** The batch that another one runs, as it was at the last look. */
  #seen: Run | null = null;
  #verifying: LiveView['verifying'] = null;
  /** As the service told it last; null where it has to be asked. */
  #status: ServiceStatus | null = null;
  #upTo: { readonly line: number; readonly at: string | null } | null = null;
  /** As it was while the settings could be used. */
  #lastUpTo: string | null = null;
  /** Tables that have begun or ended since they were told last. */
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
    this.#lookout = new Lookout(host.folder, reader, clock, {
      onLines: (lines) => this.#takeLines(lines),
      onSettings: () => this.#settingsChanged(),
      // The service would notice within a minute; who looks at the window is told at once.
      onFolder: () => host.service?.wake(),
      onLook: () => this.#throttles.live.want(),
      onError: (error) => logger.log('warn', 'The journal could not be looked at', errorFacts(error)),
    });
    this.#off = host.service?.on((event) => this.#take(event)) ?? (() => {});
  }

  /** Whether this process runs something itself, and so holds the lease. */
  get runsHere(): boolean {
    return this.#run !== null || this.#verifying !== null;
  }

  on(listener: (event: WindowEvent) => void): () => void {
    const off = this.#listeners.add(listener);
    this.#lookout.begin();
    return () => {
      off();
      if (this.#listeners.isEmpty) this.#lookout.end();
    };
  }

  view(): LiveView {
    try {
      return this.#look();
    } catch (error) {
      // A folder that cannot be used is how things stand; nothing else must keep saying that all goes on.
      const known = this.#host.service?.status();
      if (!(error instanceof UsageError) || known === undefined) throw error;
      const refusal = known.refusal ?? { code: error.code, params: error.params };
      return { status: { ...known, refusal }, upTo: this.#lastUpTo, run: null, verifying: null };
    }
  }

  #look(): LiveView {
    return this.#reader.read((journal) => {
      const holder = this.runsHere ? null : this.#reader.holder(journal);
      const status = this.#statusNow(journal, holder);
      const run = this.#run ?? this.#lookAtOther(journal, holder);
      return { status, upTo: this.#upToNow(journal), run: run?.view() ?? null, verifying: this.#verifying };
    });
  }

  /** A person has changed something that no event tells of. */
  changed(what: 'status' | 'history' | 'settings'): void {
    if (what === 'status') this.#status = null;
    else this.#throttles[what].want();
    this.#throttles.live.want();
  }

  [Symbol.dispose](): void {
    this.#off();
    this.#lookout[Symbol.dispose]();
    for (const throttle of Object.values(this.#throttles)) throttle[Symbol.dispose]();
  }

  #statusNow(journal: Journal, holder: LeaseHolder | null): ServiceStatus {
    const { service, folder, ports } = this.#host;
    if (service === null) return statusFromOutside(journal, holder, folder, ports.clock.now());
    this.#status ??= service.status();
    return alsoOutside(this.#status, holder);
  }

  #lookAtOther(journal: Journal, holder: LeaseHolder | null): Run | null {
    const batch = holder === null ? null : journal.runningBatch();
    const { folder, ports } = this.#host;
    this.#seen = batch && Run.seen(journal, batch.batch_id, folder, ports.clock, this.#seen);
    return this.#seen;
  }

  /** While this process runs, what counts is as it was when the run began: looking is dear with many tables. */
  #upToNow(journal: Journal): string | null {
    const line = this.runsHere ? (this.#upTo?.line ?? journal.lastLine()) : journal.lastLine();
    if (this.#upTo?.line === line) return this.#upTo.at;
    const settings = usableSettings(this.#host.folder);
    // A mistake in the file changes nothing of what central has.
    if (settings !== null) this.#lastUpTo = upToOf(journal, settings);
    this.#upTo = { line, at: this.#lastUpTo };
    return this.#upTo.at;
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
      case 'verify_progress':
        if (this.#verifying === null) this.#throttles.history.want();
        this.#verifying = { connection: event.connection, table: event.table };
        break;
      case 'verify_ended':
        this.#throttles.history.want();
        break;
      case 'status':
        this.#status = event.status;
        // A run that an error has ended tells no end.
        if (this.#run !== null && event.status.activity.kind !== 'running') this.#ended();
        if (event.status.activity.kind !== 'verifying') this.#verifying = null;
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
      this.#run = this.#reader.read((journal) => Run.begin(journal, batchId, only, folder, ports.clock));
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

  #follow(event: Extract<ServiceEvent, { type: 'table_started' | 'table_progress' | 'table_ended' }>): void {
    const part = this.#run?.take(event) ?? null;
    if (part !== null && this.#run !== null)
      this.#turn({ batchId: this.#run.batchId, connection: part.connection, table: part.table });
  }

  /** What other processes have written; of what this one has, its events have told. */
  #takeLines(lines: readonly PastLine[]): void {
    if (this.runsHere) return;
    for (const { batch_id, connection, table_name } of lines) {
      if (batch_id === null || connection === null || table_name === null) continue;
      this.#turn({ batchId: batch_id, connection, table: table_name });
    }
    if (!lines.some(changesLists)) return;
    // Another process's batch or verify has ended: what is open may be something else now.
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

  /** A journal that cannot be read keeps nobody from being told of the rest. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#host.ports.logger.log('warn', 'The window could not be told', errorFacts(error));
    }
  }
}

/** Batches begin and end, tables are verified, history is pruned; what one table does changes no list. */
function changesLists({ event, table_name }: PastLine): boolean {
  return table_name === null || event === 'verified';
}
