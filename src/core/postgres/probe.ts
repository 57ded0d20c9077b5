import { lookup } from 'node:dns/promises';
import { connect, type NetConnectOpts } from 'node:net';
import type { EndpointSettings } from '../../shared/settings.ts';

type Place = Pick<EndpointSettings, 'host' | 'port' | 'connectTimeoutSeconds'>;

/** libpq takes such a host for the folder of a socket. */
export function isSocket({ host }: Place): boolean {
  return host.startsWith('/');
}

/**
 * The first address that a host's name stands for.
 *
 * @throws what the resolver says, or `timeout expired`
 */
export async function resolveName(place: Place): Promise<string> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), place.connectTimeoutSeconds * 1000);
  try {
    // The system's resolver cannot be stopped; its answer is then nobody's.
    const expired = new Promise<never>((_, reject) => {
      late.signal.addEventListener('abort', () => reject(new Error(EXPIRED)));
    });
    const { address } = await Promise.race([lookup(place.host), expired]);
    return address;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether anybody listens there: connects and hangs up.
 *
 * @throws what the system says, or `timeout expired`
 */
export async function knock(place: Place): Promise<void> {
  const where: NetConnectOpts = isSocket(place)
    ? { path: `${place.host}/.s.PGSQL.${place.port}` }
    : { host: place.host, port: place.port };
  const socket = connect(where);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(place.connectTimeoutSeconds * 1000, () => reject(new Error(EXPIRED)));
      socket.on('error', reject);
      socket.on('connect', () => resolve());
    });
  } finally {
    socket.destroy();
  }
}

/** node-pg's words for it, which failure.ts knows. */
const EXPIRED = 'timeout expired';
