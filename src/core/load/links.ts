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

/** Older ones lack what is needed: nothing older is tested. */
const OLDEST = { source: 110000, central: 130000 } as const;

const TOO_OLD = { source: FailureCode.SourceTooOld, central: FailureCode.CentralTooOld } as const;

/** Opens one connection and looks at its version. @throws SyncFailure */
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
 * One connection of a worker: opened when it is first asked for, and anew after a loss.
 *
 * A server may not have noticed the loss: its old backend then keeps the locks of the chunk that was
 * under way (or, at the source, its snapshot), and whoever goes on would wait for it until a time-out
 * that is not ours. So the old backend is ended first.
 */
class KeptLink {
  readonly #clock: Clock;
  readonly options: SessionOptions;
  #link: Link | null;
  /**
   * What is being opened. Whoever asked may have gone: of two opened together the other one failed. It is still
   * this worker's, for the next who asks, or to be closed.
   */
  #opening: Promise<Link> | null = null;
  #closed = false;
  /** Bytes of connections that are gone. */
  #gone = 0;

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
    return this.#gone + (this.#link?.session.bytes ?? 0);
  }

  get opening(): boolean {
    return this.#opening !== null;
  }

  /** Whether the server works for this connection; null where it cannot be asked. */
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
    this.#gone += lost?.session.bytes ?? 0;
    this.#link = link;
    return link;
  }

  async #endLost({ session }: Link, pid: number | null): Promise<void> {
    if (pid === null) return;
    try {
      // A pooler's process numbers are its own: the name keeps us from ending somebody else's session.
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

/** A worker's two connections. They are kept from table to table, and opened anew after a loss. */
export class WorkerLinks implements Links {
  readonly #source: KeptLink;
  readonly #central: KeptLink;
  readonly runs: RunMemory;

  /** @param opened a session to the source that is there already, and this worker's from now on */
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

  /** Bytes that have passed on both connections. */
  get moved(): number {
    return this.#source.moved + this.#central.moved;
  }

  /** Whether a connection is being opened: that has a time limit of its own. */
  get opening(): boolean {
    return this.#source.opening || this.#central.opening;
  }

  /** The side whose server works for these connections, if any does; null where one cannot be asked. */
  async atWork(): Promise<Side | false | null> {
    const [source, central] = await Promise.all([this.#source.isAtWork(), this.#central.isAtWork()]);
    if (source === true) return 'source';
    if (central === true) return 'central';
    return source === null || central === null ? null : false;
  }

  /** Whether both connections can be had; false only where a server has none free. */
  async hasRoom(): Promise<boolean> {
    try {
      await Promise.all([this.source(), this.central()]);
      return true;
    } catch (error) {
      // What else is wrong the tables find out, and say.
      return !(error instanceof SyncFailure && error.detail.code === FailureCode.TooManyConnections);
    }
  }

  /** Cuts both at once: what was under way is rolled back, and the next use opens them anew. */
  cut(): void {
    this.#source.cut();
    this.#central.cut();
  }

  /** Closes both for good, also one that is still being opened. */
  async close(): Promise<void> {
    await Promise.all([this.#source.close(), this.#central.close()]);
  }
}

/** A worker's connections for as long as one attempt may use them. */
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
 * The workers that a server has connections for, or the first alone: a worker without one would take table
 * after table from those that work, and fail it.
 */
export async function withRoom(workers: readonly WorkerLinks[]): Promise<readonly WorkerLinks[]> {
  const rooms = await Promise.all(workers.map((links) => links.hasRoom()));
  const able = workers.filter((_, index) => rooms[index]);
  return able.length > 0 ? able : workers.slice(0, 1);
}
