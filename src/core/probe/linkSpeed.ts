import { randomBytes } from 'node:crypto';
import type { ConnectionTestStep } from '../../shared/contract.ts';
import { openJournal } from '../journal/openJournal.ts';
import type { Ports } from '../ports.ts';
import type { Session } from '../postgres/session.ts';

/** Sizes to send, until one takes long enough to measure: at most two seconds on a link of 64 kbit/s. */
const SIZES = [16_384, 131_072, 1_048_576] as const;
/** Beside the round trip. Shorter ones measure the two computers rather than the link. */
const TELLING_MS = 300;

/** What was measured of a link. Times in milliseconds, speed in bytes a second. */
export interface MeasuredLink {
  readonly roundTripMs: number;
  readonly bytesPerSecond: number;
}

/**
 * Measures how fast a link takes bytes, by sending some that SSH can hardly compress. A link that takes the largest piece
 * at once is at least as fast as what is returned.
 *
 * @param sent what the session has sent so far, on the wire
 * @returns bytes a second
 * @throws SyncFailure
 */
export async function measureLink(session: Session, sent: () => number): Promise<number> {
  return (await measureSending(session, sent)).bytesPerSecond;
}

/** {@link measureLink} with the round trip. */
export function measureSending(session: Session, sent: () => number): Promise<MeasuredLink> {
  return measure(session, sent, (size) => {
    const text = randomBytes(size).toString('base64').slice(0, size);
    return () => session.query('SELECT pg_catalog.length($1::pg_catalog.text)', [text]);
  });
}

/** The same for what a branch's server sends: digests, which SSH can hardly compress. */
export function measureReceiving(session: Session, received: () => number): Promise<MeasuredLink> {
  return measure(session, received, (size) => {
    const digests = String(Math.ceil(size / 32));
    return () => session.query(DIGESTS, [digests]);
  });
}

const DIGESTS = `SELECT pg_catalog.string_agg(pg_catalog.md5(n::pg_catalog.text), '') AS digests
  FROM pg_catalog.generate_series(1, $1::pg_catalog.int4) n`;

async function measure(
  session: Session,
  moved: () => number,
  prepare: (size: number) => () => Promise<unknown>,
): Promise<MeasuredLink> {
  const roundTrips = [
    await timed(() => session.query('SELECT 1')),
    await timed(() => session.query('SELECT 1')),
  ];
  const roundTripMs = Math.min(...roundTrips);
  let speed = 0;
  for (const size of SIZES) {
    const work = prepare(size);
    const before = moved();
    const took = await timed(work);
    const ms = Math.max(1, took - roundTripMs);
    speed = ((moved() - before) * 1000) / ms;
    if (ms >= TELLING_MS) break;
  }
  return { roundTripMs, bytesPerSecond: Math.round(speed) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Keeps what a test of head office has measured, for estimates before a first batch. An error is only logged. */
export function noteMeasured(folder: string, ports: Ports, steps: readonly ConnectionTestStep[]): void {
  const speed = steps.find((one) => one.step === 'write' && one.ok)?.facts.bytesPerSecond;
  if (typeof speed !== 'number') return;
  try {
    const { journal } = openJournal(folder, ports);
    try {
      journal.noteLinkSpeed(speed);
    } finally {
      journal.close();
    }
  } catch (error) {
    ports.logger.log('warn', 'The speed of the link could not be noted', { error: String(error) });
  }
}
