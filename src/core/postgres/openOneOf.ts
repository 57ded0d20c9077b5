import type pg from 'pg';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { readSmallText } from '../files/smallFile.ts';
import { accountOf, storedAs } from '../secrets/keychain.ts';
import { passwordOption } from '../secrets/password.ts';
import { storedFor } from '../secrets/stored.ts';
import { systemKeychain } from '../secrets/systemKeychain.ts';
import { classify } from './classifyError.ts';
import { type Place, placesOf } from './dial.ts';
import type { SessionOptions } from './sessionOptions.ts';
import { isPoolerRefusal } from './sessionSettings.ts';
import { isRetryWithNext, type TlsAttempt, tlsAttempts } from './tls.ts';

/** Connects and signs in, with or without our settings as start-up options. */
type Connect<T> = (config: pg.ClientConfig, options: SessionOptions, pins: boolean) => Promise<T>;

/** Connects with the first of these TLS modes that the server accepts. */
async function connectOneOf<T>(
  connect: Connect<T>,
  options: SessionOptions,
  attempts: readonly TlsAttempt[],
  password: string | (() => never),
): Promise<T> {
  const { endpoint } = options;
  for (const [index, attempt] of attempts.entries()) {
    const config: pg.ClientConfig = {
      host: endpoint.host,
      port: endpoint.port,
      database: endpoint.database,
      user: endpoint.user,
      password,
      ssl: attempt.ssl,
      application_name: options.applicationName,
      client_encoding: 'UTF8',
      keepAlive: true,
      // Detects a dead peer (power cut, cable) after about half a minute of silence.
      keepAliveInitialDelayMillis: 20_000,
    };
    try {
      return await connectPinned(connect, config, options);
    } catch (error) {
      if (index + 1 < attempts.length && isRetryWithNext(error, attempt)) continue;
      throw error;
    }
  }
  throw new Error('no way to connect was left to try');
}

/**
 * Endpoints behind a pooler that refuses start-up options, with an expiry time. Otherwise each session would
 * be refused once first.
 */
const pooledUntil = new Map<string, number>();
/** After this time it is noticed that a pooler was removed. */
const POOLED_MS = 600_000;

async function connectPinned<T>(
  connect: Connect<T>,
  config: pg.ClientConfig,
  options: SessionOptions,
): Promise<T> {
  const { host, port, database, user, ssh } = options.endpoint;
  const key = JSON.stringify([host, port, database, user, ssh?.host, ssh?.port]);
  if (performance.now() < (pooledUntil.get(key) ?? 0)) return connect(config, options, false);
  try {
    return await connect(config, options, true);
  } catch (error) {
    if (!isPoolerRefusal(error)) throw error;
    pooledUntil.set(key, performance.now() + POOLED_MS);
    return connect(config, options, false);
  }
}

/** What opening a session needs from it. */
interface Opened {
  query(text: string): Promise<{ readonly rows: readonly Readonly<Record<string, string | null>>[] }>;
  close(): Promise<void>;
  destroy(): void;
}

/**
 * Connects to the first usable server of an endpoint's list.
 *
 * @throws SyncFailure why no connection could be made
 */
export async function openOneOf<T extends Opened>(connect: Connect<T>, options: SessionOptions): Promise<T> {
  const places = placesOf(options.endpoint);
  const said: string[] = [];
  for (const [index, place] of places.entries()) {
    try {
      const session = await openAt(connect, options, place, places.length > 1);
      if (session !== null) return session;
      said.push(`${place.host}: read-only`);
    } catch (error) {
      if (!(error instanceof SyncFailure)) throw error;
      said.push(`${place.host}: ${error.detail.message}`);
      if (index + 1 < places.length && ELSEWHERE.has(error.detail.code)) continue;
      if (places.length === 1) throw error;
      throw new SyncFailure({ ...error.detail, message: said.join('; ') }, { cause: error });
    }
  }
  const { CentralReadOnly: code } = FailureCode;
  const params = endpointFacts(options);
  throw new SyncFailure({ code, kind: FailureKind.Unreachable, message: said.join('; '), params });
}

/**
 * @param oneOfMany whether `place` is one of several hosts; at central it must then accept writes
 * @returns null if it is read-only
 * @throws SyncFailure why no connection could be made
 */
async function openAt<T extends Opened>(
  connect: Connect<T>,
  whole: SessionOptions,
  place: Place,
  oneOfMany: boolean,
): Promise<T | null> {
  const options = { ...whole, endpoint: { ...whole.endpoint, ...place } };
  const facts = endpointFacts(options);
  try {
    const { endpoint, folder } = options;
    const stored = await storedFor(whole.endpoint);
    const own = passwordOption(endpoint, folder, process.env, readSmallText, stored);
    // A password stored for the whole list applies to each host in it.
    const found =
      typeof own === 'string' || !oneOfMany
        ? own
        : passwordOption(whole.endpoint, folder, process.env, readSmallText, stored);
    const attempts = tlsAttempts(endpoint, folder, readSmallText);
    const session = await connectOneOf(connect, options, attempts, options.password ?? found);
    if (!oneOfMany || options.side === 'source') return session;
    const readOnly = await session.query('SHOW transaction_read_only').catch((error: unknown) => {
      session.destroy();
      throw error;
    });
    if (readOnly.rows[0]?.transaction_read_only !== 'on') return session;
    await session.close();
    return null;
  } catch (error) {
    const detail = classify(error, options.side, facts);
    if (SIGN_IN_CODES.has(detail.code)) systemKeychain().doubt(accountOf(storedAs(whole.endpoint)));
    throw new SyncFailure(detail, { cause: error });
  }
}

/** Failures after which the next server of a list is tried. As in libpq, a wrong password is not one. */
const ELSEWHERE = new Set<FailureCode>([
  FailureCode.SourceUnreachable,
  FailureCode.CentralUnreachable,
  FailureCode.SshForwardingRefused,
  FailureCode.ConnectionLost,
  FailureCode.ConnectionEnded,
  FailureCode.ConnectionFrozen,
  FailureCode.ServerStarting,
]);

const SIGN_IN_CODES = new Set<FailureCode>([FailureCode.SourceSignIn, FailureCode.CentralSignIn]);

/** Values of an endpoint for messages. */
export function endpointFacts(options: SessionOptions): Record<string, string | number> {
  const { endpoint, connection, side } = options;
  return {
    connection,
    side,
    host: endpoint.host,
    port: endpoint.port,
    database: endpoint.database,
    user: endpoint.user,
  };
}
