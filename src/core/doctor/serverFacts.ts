import type { Clock } from '../ports.ts';
import { openLink } from '../postgres/link.ts';
import { LinkMeter } from '../postgres/linkMeter.ts';
import type { Session } from '../postgres/session.ts';
import { certificateEnd } from '../postgres/socketFacts.ts';
import { type CheckedDraft, draftSession, KEPT_SECRETS } from '../probe/draft.ts';
import { type MeasuredLink, measureReceiving, measureSending } from '../probe/linkSpeed.ts';
import { ownTablesVersion } from '../target/setup.ts';
import type { Examined } from './checking.ts';

/** What one session shows of a server. */
export interface ServerFacts {
  readonly encrypted: boolean;
  readonly certificateEnd: Date | null;
  /** As `server_version_num`. */
  readonly version: number;
  /** Seconds that this computer's clock is ahead of the server's; negative: behind. */
  readonly aheadSeconds: number;
  /** The zone of the server's log, which its administrators see; ours is set to UTC in every session. */
  readonly zone: string;
  /** Version of Branchline's own tables; null at a branch, or where it may not be read. */
  readonly ownTables: number | null;
  /** Null where it was not measured. */
  readonly link: MeasuredLink | null;
}

/**
 * Signs in once more and reads what a connection test does not tell.
 *
 * @param measuring runs the measurement of the link, one after the other; null leaves it out
 * @throws SyncFailure
 */
export async function readServerFacts(
  { folder, ports }: Examined,
  draft: CheckedDraft,
  measuring: (<T>(work: () => Promise<T>) => Promise<T>) | null,
  stop: AbortSignal,
): Promise<ServerFacts> {
  const meter = new LinkMeter();
  const link = await openLink({ ...draftSession(folder, draft, KEPT_SECRETS, stop), meter });
  const { session } = link;
  const cut = (): void => session.destroy();
  stop.addEventListener('abort', cut);
  try {
    const aheadSeconds = await clockDifference(session, ports.clock);
    const zone = (await session.query("SELECT pg_catalog.current_setting('log_timezone') AS zone")).rows[0];
    const ownTables = draft.kind === 'central' ? await ownTablesVersion(session).catch(() => null) : null;
    const measure = (): Promise<MeasuredLink> =>
      draft.kind === 'central'
        ? measureSending(session, () => meter.traffic.sent)
        : measureReceiving(session, () => meter.traffic.received);
    return {
      encrypted: link.encrypted,
      certificateEnd: certificateEnd(session.stream),
      version: link.version,
      aheadSeconds,
      zone: zone?.zone ?? '',
      ownTables,
      link: measuring === null ? null : await measuring(measure),
    };
  } finally {
    stop.removeEventListener('abort', cut);
    await link.close();
  }
}

const SAMPLES = 3;

/**
 * How far this computer's clock is ahead of the server's. The answer with the shortest round trip counts, and its half is
 * what cannot be known.
 *
 * @returns seconds; 0 if the difference is within what cannot be known
 */
async function clockDifference(session: Session, clock: Clock): Promise<number> {
  let best = { roundTripMs: Number.POSITIVE_INFINITY, aheadMs: 0 };
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const [began, before] = [clock.monotonic(), clock.now().getTime()];
    const { rows } = await session.query(
      'SELECT extract(epoch FROM pg_catalog.clock_timestamp()) AS seconds',
    );
    const roundTripMs = clock.monotonic() - began;
    const aheadMs = before + roundTripMs / 2 - Number(rows[0]?.seconds) * 1000;
    if (roundTripMs < best.roundTripMs) best = { roundTripMs, aheadMs };
  }
  const { roundTripMs, aheadMs } = best;
  return Math.abs(aheadMs) <= roundTripMs / 2 ? 0 : aheadMs / 1000;
}
