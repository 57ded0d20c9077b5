import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Clock } from '../ports.ts';
import { isAtWork } from '../postgres/atWork.ts';
import { cancelOnStop } from '../postgres/cancelOnStop.ts';
import type { Side } from '../postgres/failure.ts';
import { literal } from '../postgres/quote.ts';
import { Session, type SessionOptions, type Timeouts } from '../postgres/session.ts';
import { NO_RUNS, type RunMemory } from '../source/serverRuns.ts';
import { endBackends } from '../target/staleBackends.ts';
import type { Link, Links } from './pass.ts';

/** Oldest supported server versions. Older ones lack features that we need, and are not tested. */
const OLDEST = { source: 110000, central: 130000 } as const;

const TOO_OLD = { source: FailureCode.SourceTooOld, central: FailureCode.CentralTooOld } as const;

/** Opens one connection and checks the server's version. @throws SyncFailure */
export async function openLink(options: SessionOptions): Promise<Link> {
  const session = await Session.open(options);
  cancelOnStop(session, options);
  try {
    const version = session.version();
    if (version >= OLDEST[options.side]) return { session, version };
    const params = {
      connection: options.connection,
      version: Math.floor(version / 10000),
      oldest: OLDEST[options.side] / 10000,
    };
    const code = TOO_OLD[options.side];
    throw new SyncFailure({ code, kind: FailureKind.Permanent, message: `version ${version}`, params });
  } catch (error) {
    session.destroy();
    throw error;
  }
}

/**
 * One connection of a worker: opened on first use, and again after a loss.
 *
 * The server may not have noticed the loss. Its old backend then still holds the locks of the current chunk (at the
 * source, its snapshot), and the next attempt would wait for them until some time-out of the server's. So the old
 * backend is ended first.
 */
class KeptLink {
  readonly #clock: Clock;
  readonly options: SessionOptions;
  #link: Link | null;
  /**
   * The connection being opened. Its caller may have given up meanwhile, because the worker's other connection failed.
   * It still belongs to this worker: the next call uses it, or `close` closes it.
   */
  #opening: Promise<Link> | null = null;
  #closed = false;
  /** Bytes moved on connections that were lost. */
  #earlierBytes = 0;

  constructor(clock: Clock, options: SessionOptions, opened: Link | null) {
    this.#clock = clock;
    this.options = options;
    this.#link = opened;
  }

  /** @throws SyncFailure */
  async get(): Promise<Link> {
    if (this.#closed) throw new Error('the connection was closed');
    if (this.#link !== null && !this.#link.session.lost) return this.#link;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  get moved(): number {
    return this.#earlierBytes + (this.#link?.session.bytes ?? 0);
  }

  get opening(): boolean {
    return this.#opening !== null;
  }

  /** Whether the server is working on a statement of this connection; null where it cannot be asked. */
  async isAtWork(): Promise<boolean | null> {
    if (this.#link === null || this.#link.session.lost) return false;
    return isAtWork(this.options, this.#link.session.backendPid).catch(() => null);
  }

  cut(): void {
    this.#link?.session.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => {});
    await this.#link?.session.close();
  }

  async #open(): Promise<Link> {
    const lost = this.#link;
    const link = await openLink(this.options);
    await this.#endLost(link, lost?.session.backendPid ?? null);
    this.#earlierBytes += lost?.session.bytes ?? 0;
    this.#link = link;
    return link;
  }

  async #endLost({ session }: Link, pid: number | null): Promise<void> {
    if (pid === null) return;
    try {
      // Behind a pooler the pid is the pooler's own number. Comparing the name, too, spares other programs' sessions.
      await endBackends(
        session,
        this.#clock,
        `a.pid OPERATOR(pg_catalog.=) ${pid}
         AND a.application_name OPERATOR(pg_catalog.=) ${literal(this.options.applicationName)}`,
      );
    } catch (error) {
      session.destroy();
      throw error;
    }
  }
}

/** A worker's two connections. They stay open from table to table, and are opened again after a loss. */
export class WorkerLinks implements Links {
  readonly #source: KeptLink;
  readonly #central: KeptLink;
  readonly runs: RunMemory;

  /** @param opened an open session to the source, which this worker takes over */
  constructor(
    clock: Clock,
    source: SessionOptions,
    central: SessionOptions,
    runs = NO_RUNS,
    opened: Link | null = null,
  ) {
    this.#source = new KeptLink(clock, source, opened);
    this.#central = new KeptLink(clock, central, null);
    this.runs = runs;
  }

  source(): Promise<Link> {
    return this.#source.get();
  }

  central(): Promise<Link> {
    return this.#central.get();
  }

  get timeouts(): Timeouts {
    return this.#source.options.timeouts;
  }

  /** Bytes moved on both connections so far. */
  get moved(): number {
    return this.#source.moved + this.#central.moved;
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
      return !(error instanceof SyncFailure && error.detail.code === FailureCode.TooManyConnections);
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

/** A worker's connections, lent to one attempt until they are revoked. */
export class RevocableLinks implements Links {
  readonly #links: Links;
  #revoked = false;

  constructor(links: Links) {
    this.#links = links;
  }

  get runs(): RunMemory {
    return this.#links.runs;
  }

  source(): Promise<Link> {
    return this.#get((links) => links.source());
  }

  central(): Promise<Link> {
    return this.#get((links) => links.central());
  }

  revoke(): void {
    this.#revoked = true;
  }

  async #get(get: (links: Links) => Promise<Link>): Promise<Link> {
    if (this.#revoked) throw new Error('this attempt was given up');
    return get(this.#links);
  }
}

/**
 * The workers that get both connections; the first one alone if none does. A worker without connections would take one
 * table after another from the working ones, and fail it.
 */
export async function withRoom(workers: readonly WorkerLinks[]): Promise<readonly WorkerLinks[]> {
  const rooms = await Promise.all(workers.map((links) => links.hasRoom()));
  const able = workers.filter((_, index) => rooms[index]);
  return able.length > 0 ? able : workers.slice(0, 1);
}
