import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { Session, type SessionOptions } from '../postgres/session.ts';
import type { Link, Links } from './pass.ts';

/** Older ones lack what is needed: nothing older is tested. */
const OLDEST = { source: 110000, central: 130000 } as const;

const TOO_OLD = { source: FailureCode.SourceTooOld, central: FailureCode.CentralTooOld } as const;

/** Opens one connection and looks at its version. @throws SyncFailure */
export async function openLink(options: SessionOptions): Promise<Link> {
  const session = await Session.open(options);
  try {
    const version = await session.version();
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

/** A worker's two connections. They are kept from table to table, and opened anew after a loss. */
export class WorkerLinks implements Links {
  readonly #sourceOptions: SessionOptions;
  readonly #centralOptions: SessionOptions;
  #source: Link | null = null;
  #central: Link | null = null;

  constructor(source: SessionOptions, central: SessionOptions) {
    this.#sourceOptions = source;
    this.#centralOptions = central;
  }

  async source(): Promise<Link> {
    if (this.#source === null || this.#source.session.lost)
      this.#source = await openLink(this.#sourceOptions);
    return this.#source;
  }

  async central(): Promise<Link> {
    if (this.#central === null || this.#central.session.lost)
      this.#central = await openLink(this.#centralOptions);
    return this.#central;
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
