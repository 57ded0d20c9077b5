import { FailureCode, SyncFailure } from '../../shared/errors.ts';
import type { Traffic } from '../../shared/traffic.ts';
import type { Clock } from '../ports.ts';
import type { Side } from '../postgres/classifyError.ts';
import { type Link, openLink } from '../postgres/link.ts';
import { LinkMeter } from '../postgres/linkMeter.ts';
import type { SessionOptions, Timeouts } from '../postgres/session.ts';
import { openSource, type SourceOptions } from '../source/openSource.ts';
import type { ServerRunMemory, SourceConnection } from '../source/port.ts';
import type { Links } from './pass.ts';

/** What a worker keeps open: a connection to one of its databases. */
interface Kept<T> {
  readonly lost: boolean;
  /** Bytes moved so far. */
  readonly bytes: number;
  isAtWork(): Promise<boolean | null>;
  endLost(lost: T, clock: Clock): Promise<void>;
  destroy(): void;
  close(): Promise<void>;
}

/**
 * One connection of a worker: opened on first use, and again after a loss.
 *
 * The server may not have noticed the loss. Its old backend then still holds the locks of the current chunk (at the
 * source, its snapshot), and the next attempt would wait for them until some time-out of the server's. So the old
 * backend is ended first.
 */
class KeptLink<T extends Kept<T>> {
  readonly #clock: Clock;
  readonly #openNew: () => Promise<T>;
  #link: T | null;
  /**
   * The connection being opened. Its caller may have given up meanwhile, because the worker's other connection failed.
   * It still belongs to this worker: the next call uses it, or `close` closes it.
   */
  #opening: Promise<T> | null = null;
  #closed = false;
  /** Bytes moved on connections that were lost. */
  #earlierBytes = 0;

  constructor(clock: Clock, openNew: () => Promise<T>, opened: T | null) {
    this.#clock = clock;
    this.#openNew = openNew;
    this.#link = opened;
  }

  /** @throws SyncFailure */
  async get(): Promise<T> {
    if (this.#closed) throw new Error('the connection was closed');
    if (this.#link !== null && !this.#link.lost) return this.#link;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  get moved(): number {
    return this.#earlierBytes + (this.#link?.bytes ?? 0);
  }

  get opening(): boolean {
    return this.#opening !== null;
  }

  /** Whether the server is working on a statement of this connection; null where it cannot be asked. */
  async isAtWork(): Promise<boolean | null> {
    return this.#link === null ? false : this.#link.isAtWork();
  }

  cut(): void {
    this.#link?.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => {});
    await this.#link?.close();
  }

  async #open(): Promise<T> {
    const lost = this.#link;
    const link = await this.#openNew();
    if (lost !== null) await link.endLost(lost, this.#clock);
    this.#earlierBytes += lost?.bytes ?? 0;
    this.#link = link;
    return link;
  }
}

/** A worker's two connections. They stay open from table to table, and are opened again after a loss. */
export class WorkerLinks implements Links {
  readonly #source: KeptLink<SourceConnection>;
  readonly #central: KeptLink<Link>;
  readonly #meter: LinkMeter;
  readonly timeouts: Timeouts;

  /**
   * @param opened an open connection to the source, which this worker takes over
   * @param openedCentral an open connection to central, likewise
   * @param whenFull asked for a connection to central that the run can do without, when central has none free
   */
  constructor(
    clock: Clock,
    source: SourceOptions,
    central: SessionOptions,
    runs?: ServerRunMemory,
    opened: SourceConnection | null = null,
    openedCentral: Link | null = null,
    whenFull: () => Link | null = () => null,
  ) {
    this.#source = new KeptLink(clock, () => openSource(source, runs), opened);
    const meter = new LinkMeter(central.meter);
    this.#meter = meter;
    const openCentral = async (): Promise<Link> => {
      try {
        return await openLink({ ...central, meter });
      } catch (error) {
        const spare = isRefusedAsFull(error) ? whenFull() : null;
        if (spare === null) throw error;
        return spare;
      }
    };
    this.#central = new KeptLink(clock, openCentral, openedCentral);
    this.timeouts = source.timeouts;
  }

  source(): Promise<SourceConnection> {
    return this.#source.get();
  }

  central(): Promise<Link> {
    return this.#central.get();
  }

  /** Bytes moved on both connections so far. */
  get moved(): number {
    return this.#source.moved + this.#central.moved;
  }

  /** What this worker's connections to central have moved so far. */
  get traffic(): Traffic {
    return this.#meter.traffic;
  }

  /** Whether a connection is being opened. Opening has its own time limit. */
  get opening(): boolean {
    return this.#source.opening || this.#central.opening;
  }

  /** The side whose server is working for these connections; false if neither is, null if one cannot be asked. */
  async atWork(): Promise<Side | false | null> {
    const [source, central] = await Promise.all([this.#source.isAtWork(), this.#central.isAtWork()]);
    if (source === true) return 'source';
    if (central === true) return 'central';
    return source === null || central === null ? null : false;
  }

  /** Whether both connections can be opened; false only if a server has no connection free. */
  async hasRoom(): Promise<boolean> {
    try {
      await Promise.all([this.source(), this.central()]);
      return true;
    } catch (error) {
      // Any other failure will be met, and reported, by the tables themselves.
      return !isRefusedAsFull(error);
    }
  }

  /** Cuts both connections. Their open transactions are rolled back, and the next use opens new ones. */
  cut(): void {
    this.#source.cut();
    this.#central.cut();
  }

  /** Closes both for good, even one that is still being opened. */
  async close(): Promise<void> {
    await Promise.all([this.#source.close(), this.#central.close()]);
  }
}

function isRefusedAsFull(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.code === FailureCode.TooManyConnections;
}

/** A worker's connections, lent to one attempt until they are revoked. */
export class RevocableLinks implements Links {
  readonly #links: Links;
  #revoked = false;

  constructor(links: Links) {
    this.#links = links;
  }

  source(): Promise<SourceConnection> {
    return this.#get((links) => links.source());
  }

  central(): Promise<Link> {
    return this.#get((links) => links.central());
  }

  revoke(): void {
    this.#revoked = true;
  }

  async #get<T>(get: (links: Links) => Promise<T>): Promise<T> {
    if (this.#revoked) throw new Error('this attempt was given up');
    return get(this.#links);
  }
}

/**
 * The workers that get both connections; the first one alone if none does. A worker without connections would take one
 * table after another from the working ones, only to wait with it.
 */
export async function withRoom(workers: readonly WorkerLinks[]): Promise<readonly WorkerLinks[]> {
  const rooms = await Promise.all(workers.map((links) => links.hasRoom()));
  const able = workers.filter((_, index) => rooms[index]);
  return able.length > 0 ? able : workers.slice(0, 1);
}
