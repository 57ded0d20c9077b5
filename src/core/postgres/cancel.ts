import { once } from 'node:events';
import { connect, isIP, type NetConnectOpts, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** A connection to a server, before anything was said there. */
export interface ServerSocket {
  readonly socket: Duplex;
  /** Connects there once more, through the same tunnel; absent where there is none. */
  readonly again?: (ms: number) => Promise<Duplex>;
}

/** How to reach a session's server again: the address that answered, encrypted if the session is. */
export interface CancelRoute {
  readonly at: NetConnectOpts;
  /** The name that the certificate must be valid for. */
  readonly host: string;
  readonly ssl: false | ConnectionOptions;
  /** Connects through the session's own tunnel; `at` is then what the SSH server connects to. */
  readonly through?: ServerSocket['again'];
}

/** The numbers by which a server, or a pooler in front of it, identifies a session. */
export interface CancelKey {
  readonly pid: number;
  readonly secret: number;
}

/** Time limit for the whole request, because a person who stops a run waits for it. */
export const CANCEL_MS = 3000;

/** Request codes of https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

/** A server's answer to an SSLRequest if it supports TLS. */
const YES = 'S';

/** The route of an existing session's socket. */
export function cancelRoute(
  { socket, again }: ServerSocket,
  endpoint: { readonly host: string; readonly port: number },
  ssl: CancelRoute['ssl'],
): CancelRoute {
  const { host, port } = endpoint;
  const known = socket instanceof Socket ? socket : null;
  const at = host.startsWith('/')
    ? { path: `${host}/.s.PGSQL.${port}` }
    : { host: known?.remoteAddress ?? host, port: known?.remotePort ?? port };
  return again === undefined ? { at, host, ssl } : { at, host, ssl, through: again };
}

/**
 * Asks a server to cancel a session's statement, over a separate connection. Best effort: a server does not
 * confirm it, and if it cannot be reached, the statement ends when it next sends to us.
 *
 * @param ms time limit for everything
 * @returns whether the server has taken the request
 */
export async function requestCancel(route: CancelRoute, key: CancelKey, ms = CANCEL_MS): Promise<boolean> {
  const began = performance.now();
  const socket = await startRoute(route, ms);
  if (socket === null) return false;
  const left = Math.max(1, ms - (performance.now() - began));
  const late = setTimeout(() => socket.destroy(new Error('timeout expired')), left);
  try {
    if (socket instanceof Socket) await once(socket, 'connect');
    const channel = route.ssl === false ? socket : await encrypted(socket, route, route.ssl);
    channel.on('error', () => undefined);
    // The server closes the connection after passing the request on.
    const closed = once(channel, 'close');
    channel.write(message(CANCEL_REQUEST, key.pid, key.secret));
    channel.resume();
    await closed;
    return !socket.destroyed || socket.errored === null;
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

/** A socket that is connecting, or a connection through the tunnel; null where there is no tunnel any more. */
async function startRoute({ at, through }: CancelRoute, ms: number): Promise<Duplex | null> {
  return through === undefined ? connect(at) : through(ms).catch(() => null);
}

async function encrypted(socket: Duplex, { host }: CancelRoute, ssl: ConnectionOptions): Promise<Duplex> {
  socket.write(message(SSL_REQUEST));
  const [answer] = await once(socket, 'data');
  if (String(answer) !== YES) throw new Error('the server does not encrypt');
  // Like node-pg: checks the certificate against the name, which SNI also sends unless it is an IP address.
  const name = isIP(host) === 0 ? { servername: host } : {};
  const secure = connectTls({ socket, host, ...ssl, ...name });
  await once(secure, 'secureConnect');
  return secure;
}

function message(code: number, ...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + numbers.length * 4);
  bytes.writeInt32BE(bytes.length, 0);
  bytes.writeInt32BE(code, 4);
  for (const [index, number] of numbers.entries()) bytes.writeInt32BE(number, 8 + index * 4);
  return bytes;
}
