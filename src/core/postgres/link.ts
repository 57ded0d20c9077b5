import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import type { Clock } from '../ports.ts';
import { cancelOnStop } from './cancelOnStop.ts';
import { endBackends } from './endBackends.ts';
import { literal } from './quote.ts';
import { Session, type SessionOptions } from './session.ts';

/** Oldest supported server versions. Older ones lack features that we need, and are not tested. */
const OLDEST = { source: 110000, central: 130000 } as const;

const TOO_OLD = { source: FailureCode.SourceTooOld, central: FailureCode.CentralTooOld } as const;

/** Opens one connection and checks the server's version. @throws SyncFailure */
export async function openLink(options: SessionOptions): Promise<Link> {
  const session = await Session.open(options);
  cancelOnStop(session, options.stop);
  const version = session.version();
  if (version >= OLDEST[options.side]) return new Link(session, options);
  session.destroy();
  const params = {
    connection: options.connection,
    version: Math.floor(version / 10000),
    oldest: OLDEST[options.side] / 10000,
  };
  const code = TOO_OLD[options.side];
  throw new SyncFailure({ code, kind: FailureKind.Permanent, message: `version ${version}`, params });
}

/** One open connection and what is known of its server. */
export class Link {
  readonly session: Session;
  /** As `server_version_num`: 150018 is 15.18. */
  readonly version: number;
  readonly #options: SessionOptions;

  /** Called by {@link openLink}. */
  constructor(session: Session, options: SessionOptions) {
    this.session = session;
    this.version = session.version();
    this.#options = options;
  }

  get lost(): boolean {
    return this.session.lost;
  }

  get encrypted(): boolean {
    return this.session.encrypted;
  }

  /** Bytes moved so far, in both directions. */
  get bytes(): number {
    return this.session.bytes;
  }

  /** Whether the server is working on a statement of this connection; null where it cannot be asked. */
  isAtWork(): Promise<boolean | null> {
    return this.session.isAtWork();
  }

  /**
   * Ends the backend of an earlier connection to the same server that was lost. The server may not have noticed the loss.
   * The old backend then still holds its locks or its snapshot, and this connection would wait for them.
   *
   * @throws SyncFailure after which this connection is cut
   */
  async endLost(lost: Link, clock: Clock): Promise<void> {
    const pid = lost.session.backendPid;
    if (pid === null) return;
    try {
      // Behind a pooler the pid is the pooler's own number. Comparing the name, too, spares other programs' sessions.
      await endBackends(
        this.session,
        clock,
        `a.pid OPERATOR(pg_catalog.=) ${pid}
         AND a.application_name OPERATOR(pg_catalog.=) ${literal(this.#options.applicationName)}`,
      );
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Ends the connection politely. */
  close(): Promise<void> {
    return this.session.close();
  }

  /** Cuts the connection at once. */
  destroy(): void {
    this.session.destroy();
  }
}
