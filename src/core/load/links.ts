import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Clock } from '../ports.ts';
import { isAtWork } from '../postgres/atWork.ts';
import { cancelOnStop } from '../postgres/cancelOnStop.ts';
import type { Side } from '../postgres/failure.ts';
import { literal } from '../postgres/quote.ts';
import { Session, type SessionOptions, type Timeouts } from '../postgres/session.ts';
import { NO_RUNS, type RunMemory } from '../source/serverRuns.ts';
import { endBackends } from '../target/ownership.ts';
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
 * A worker's two connections. They are kept from table to table, and opened anew after a loss.
 *
 * A server may not have noticed the loss: its old backend then keeps the locks of the chunk that was
 * under way (or, at the source, its snapshot), and whoever goes on would wait for it until a time-out
 * that is not ours. So the old backend is ended first.
 */
export class WorkerLinks implements Links {
  readonly #clock: Clock;
  readonly #sourceOptions: SessionOptions;
  readonly #centralOptions: SessionOptions;
  readonly runs: RunMemory;
  #source: Link | null = null;
  #central: Link | null = null;
  #opening = 0;
  /** Bytes of connections that are gone. */
  #gone = 0;

  /** @param opened a session to the source that is there already, and this worker's from now on */
  constructor(
    clock: Clock,
    source: SessionOptions,
    central: SessionOptions,
    runs = NO_RUNS,
    opened: Link | null = null,
  ) {
    this.#clock = clock;
    this.#sourceOptions = source;
    this.#centralOptions = central;
    this.runs = runs;
    this.#source = opened;
  }

  async source(): Promise<Link> {
    if (this.#source === null || this.#source.session.lost)
      this.#source = await this.#open(this.#sourceOptions, this.#source);
    return this.#source;
  }

  async central(): Promise<Link> {
    if (this.#central === null || this.#central.session.lost)
      this.#central = await this.#open(this.#centralOptions, this.#central);
    return this.#central;
  }

  get timeouts(): Timeouts {
    return this.#sourceOptions.timeouts;
  }

  /** Bytes that have passed on both connections. */
  get moved(): number {
    return this.#gone + (this.#source?.session.bytes ?? 0) + (this.#central?.session.bytes ?? 0);
  }

  /** Whether a connection is being opened: that has a time limit of its own. */
  get opening(): boolean {
    return this.#opening > 0;
  }

  /** The side whose server works for these connections, if any does; null where one cannot be asked. */
  async atWork(): Promise<Side | false | null> {
    const asked = [
      { link: this.#source, options: this.#sourceOptions },
      { link: this.#central, options: this.#centralOptions },
    ].map(async ({ link, options }) => {
      if (link === null || link.session.lost) return false;
      return isAtWork(options, link.session.backendPid).catch(() => null);
    });
    const [source, central] = await Promise.all(asked);
    if (source === true) return 'source';
    if (central === true) return 'central';
    return source === null || central === null ? null : false;
  }

  async #open(options: SessionOptions, lost: Link | null): Promise<Link> {
    this.#opening++;
    this.#gone += lost?.session.bytes ?? 0;
    try {
      return await this.#openInPlaceOf(options, lost);
    } finally {
      this.#opening--;
    }
  }

  async #openInPlaceOf(options: SessionOptions, lost: Link | null): Promise<Link> {
    const link = await openLink(options);
    const pid = lost?.session.backendPid ?? null;
    if (pid === null) return link;
    try {
      // A pooler's process numbers are its own: the name keeps us from ending somebody else's session.
      await endBackends(
        link.session,
        this.#clock,
        `a.pid OPERATOR(pg_catalog.=) ${pid}
         AND a.application_name OPERATOR(pg_catalog.=) ${literal(options.applicationName)}`,
      );
      return link;
    } catch (error) {
      link.session.destroy();
      throw error;
    }
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
    this.#source?.session.destroy();
    this.#central?.session.destroy();
  }

  async close(): Promise<void> {
    await Promise.all([this.#source?.session.close(), this.#central?.session.close()]);
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
