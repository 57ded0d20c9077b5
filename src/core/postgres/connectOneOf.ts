import type pg from 'pg';
import type { SessionOptions } from './sessionOptions.ts';
import { isPoolerRefusal } from './sessionSettings.ts';
import { isRetryWithNext, type TlsAttempt } from './tls.ts';

/** Connects and signs in, with our settings as start-up options or without. */
type Connect<T> = (config: pg.ClientConfig, options: SessionOptions, pins: boolean) => Promise<T>;

/** Connects in the first of these ways that the server takes. */
export async function connectOneOf<T>(
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
      // A dead peer (power cut, cable) is noticed within about half a minute of silence.
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

/** Endpoints behind a pooler that refuses start-up options, until when: each session would be refused once more. */
const pooledUntil = new Map<string, number>();
/** After this a pooler that was taken away is noticed. */
const POOLED_MS = 600_000;

async function connectPinned<T>(
  connect: Connect<T>,
  config: pg.ClientConfig,
  options: SessionOptions,
): Promise<T> {
  const { host, port, database, user } = options.endpoint;
  const key = JSON.stringify([host, port, database, user]);
  if (performance.now() < (pooledUntil.get(key) ?? 0)) return connect(config, options, false);
  try {
    return await connect(config, options, true);
  } catch (error) {
    if (!isPoolerRefusal(error)) throw error;
    pooledUntil.set(key, performance.now() + POOLED_MS);
    return connect(config, options, false);
  }
}
