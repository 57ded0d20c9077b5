import { once } from 'node:events';
import { connect, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** How to reach the server of a session once more: the very address that answered, encrypted where the session is. */
export interface CancelRoute {
  readonly at: NetConnectOpts;
  /** The name that a certificate has to be for. */
  readonly host: string;
  readonly ssl: false | ConnectionOptions;
}

/** The numbers by which a server, or a pooler in front of it, knows a session. */
export interface CancelKey {
  readonly pid: number;
  readonly secret: number;
}

/** Longest time for the whole request. Whoever stops a run waits for it. */
export const CANCEL_MS = 3000;

/** Request codes of https://www.postgresql.org/docs/current/protocol-message-formats.html */
const SSL_REQUEST = 80_877_103;
const CANCEL_REQUEST = 80_877_102;

/** What a server answers to an SSLRequest where it can encrypt. */
const YES = 'S';

/** The route that a session's own socket has taken. */
export function cancelRoute(
  socket: Socket,
  endpoint: { readonly host: string; readonly port: number },
  ssl: CancelRoute['ssl'],
): CancelRoute {
  const { host, port } = endpoint;
  const at = host.startsWith('/')
    ? { path: `${host}/.s.PGSQL.${port}` }
    : { host: socket.remoteAddress ?? host, port: socket.remotePort ?? port };
  return { at, host, ssl };
}

/**
 * Asks a server to cancel what a session of ours is doing there, on a connection of its own. Best effort: a server
 * says nothing in return, and one that cannot be reached ends the statement when it next writes to us.
 *
 * @param ms longest time for all of it
 * @returns whether the server has taken the request
 */
export async function requestCancel(route: CancelRoute, key: CancelKey, ms = CANCEL_MS): Promise<boolean> {
  const socket = connect(route.at);
  const late = setTimeout(() => socket.destroy(new Error('timeout expired')), ms);
  try {
    await once(socket, 'connect');
    const channel = route.ssl === false ? socket : await encrypted(socket, route, route.ssl);
    channel.on('error', () => undefined);
    // The server closes the connection when it has passed the request on.
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

async function encrypted(socket: Socket, { host }: CancelRoute, ssl: ConnectionOptions): Promise<Socket> {
  socket.write(message(SSL_REQUEST));
  const [answer] = await once(socket, 'data');
  if (String(answer) !== YES) throw new Error('the server does not encrypt');
  // As node-pg: a certificate is checked against the name, which SNI carries too where it is no address.
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
