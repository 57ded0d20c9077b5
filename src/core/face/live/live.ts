import type { ServiceEvent } from '../../../shared/service.ts';
import { type LiveView, type RunView, tableKey } from '../../../shared/window/views.ts';
import type { Service } from '../../service/serviceApi.ts';
import type { FaceHost } from '../face.ts';
import type { JournalReader } from '../journalReader.ts';
import { usableSettings } from '../settings.ts';
import { RunFold } from './runFold.ts';
import { Throttle } from './throttle.ts';
import type { Listeners } from './told.ts';
import { statusFromOutside } from './viewer.ts';

/** How things stand at this moment, folded from what the service tells, and told on. */
export class Live implements Disposable {
  readonly #host: Pick<FaceHost, 'folder' | 'ports' | 'service'>;
  readonly #reader: JournalReader;
  readonly #listeners: Listeners;
  readonly #throttles: Readonly<Record<'live' | 'tables' | 'history' | 'settings', Throttle>>;
  readonly #off: () => void;
  #fold: RunFold | null = null;
  #verifying: LiveView['verifying'] = null;
  /** Undefined where it has to be asked anew. */
  #upTo: string | null | undefined;
  /** Tables that have begun or ended since they were told last. */
  readonly #turned = new Map<string, { readonly batchId: string; connection: string; table: string }>();

  constructor(
    host: Pick<FaceHost, 'folder' | 'ports' | 'service'>,
    reader: JournalReader,
    listeners: Listeners,
  ) {
    this.#host = host;
    this.#reader = reader;
    this.#listeners = listeners;
    const { clock } = host.ports;
    this.#throttles = {
      live: new Throttle(clock, () => this.#guarded(() => listeners.tellLive(this.view()))),
      tables: new Throttle(clock, () => this.#guarded(() => this.#tellTables())),
      history: new Throttle(clock, () => listeners.tell({ type: 'history' })),
      settings: new Throttle(clock, () => listeners.tell({ type: 'settings' })),
    };
    const { service } = host;
    this.#off = service === null ? () => {} : service.on((event) => this.#take(event, service));
  }

  /** The batch that this process runs now. */
  get run(): RunView | null {
    return this.#fold?.view(null) ?? null;
  }

  /** Whether this process runs something itself, and so holds the lease. */
  get runsHere(): boolean {
    return this.#fold !== null || this.#verifying !== null;
  }

  view(): LiveView {
    const { service, folder, ports } = this.#host;
    const status =
      service?.status() ??
      this.#reader.read((journal) => statusFromOutside(journal, this.#reader, folder, ports.clock.now()));
    return { status, upTo: this.#upToNow(), run: this.run, verifying: this.#verifying };
  }

  /** History was changed by something that no event tells of. */
  historyChanged(): void {
    this.#throttles.history.want();
  }

  [Symbol.dispose](): void {
    this.#off();
    for (const throttle of Object.values(this.#throttles)) throttle[Symbol.dispose]();
  }

  #take(event: ServiceEvent, service: Service): void {
    switch (event.type) {
      case 'batch_started':
      case 'batch_resumed': {
        const { batch_id } = event.batch;
        this.#fold = new RunFold(batch_id, service.engine?.batch(batch_id).tables ?? []);
        this.#throttles.history.want();
        break;
      }
      case 'batch_ended':
        this.#fold = null;
        this.#upTo = undefined;
        this.#throttles.history.want();
        break;
      case 'table_started':
      case 'table_progress':
      case 'table_ended':
        this.#follow(event);
        break;
      case 'verify_progress':
        this.#verifying = { connection: event.connection, table: event.table };
        break;
      case 'verify_ended':
        this.#throttles.history.want();
        break;
      case 'status': {
        const { kind } = event.status.activity;
        // A run that an error has ended tells no end.
        if (kind !== 'running') this.#fold = null;
        if (kind !== 'verifying') this.#verifying = null;
        break;
      }
      case 'settings_changed':
      case 'refused':
        this.#upTo = undefined;
        this.#throttles.settings.want();
        break;
      default:
    }
    this.#throttles.live.want();
  }

  #follow(event: ServiceEvent & { readonly type: 'table_started' | 'table_progress' | 'table_ended' }): void {
    const part = this.#fold?.take(event, this.#host.ports.clock.monotonic()) ?? null;
    if (part === null || this.#fold === null || this.#listeners.isEmpty) return;
    const { connection, table } = part;
    this.#turned.set(tableKey(connection, table), { batchId: this.#fold.batchId, connection, table });
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

  #upToNow(): string | null {
    if (this.#upTo !== undefined) return this.#upTo;
    const enabled = usableSettings(this.#host.folder)?.connections.filter((one) => one.enabled) ?? [];
    this.#upTo = this.#reader.read((journal) => journal.upTo(enabled.map((one) => one.id)));
    return this.#upTo;
  }

  /** A journal that cannot be read keeps nobody from being told of the rest. */
  #guarded(tell: () => void): void {
    if (this.#listeners.isEmpty) return;
    try {
      tell();
    } catch (error) {
      this.#host.ports.logger.log('warn', 'The window could not be told', { error: String(error) });
    }
  }
}
