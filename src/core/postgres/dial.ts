import { lookup } from 'node:dns/promises';
import { Socket } from 'node:net';
import type { Client } from 'pg';

/** The address of a server. */
export interface Place {
  /** A name or address; if it begins with `/`, a folder with a Unix socket. */
  readonly host: string;
  readonly port: number;
}

/**
 * How long to wait for an address before trying the next one in parallel (RFC 8305, section 8). Node instead
 * gives the first one up after that time (`autoSelectFamilyAttemptTimeout`), so a dual-stack server behind a
 * satellite link could never be reached.
 */
const NEXT_MS = 250;

/** node-pg's message, which classifyError.ts recognises. */
const EXPIRED = 'timeout expired';

/**
 * The endpoint's servers in the order in which they are tried: as in libpq, `host` may be a list, each entry
 * with an optional port (`a,b:5433`).
 */
export function placesOf({ host, port }: Place): readonly Place[] {
  return host.split(',').map((one) => {
    const [, name, own] = /^([^:[\]]+|\[[^\]]+\]):(\d{1,5})$/.exec(one.trim()) ?? [];
    const alone = (name ?? one.trim()).replace(/^\[(.*)\]$/, '$1');
    return { host: alone, port: own === undefined ? port : Number(own) };
  });
}

/** Error message of an attempt that the caller abandoned. */
const ABANDONED = 'the attempt to connect was given up';

/** All addresses of a name. @throws the resolver's error, or `timeout expired` */
export async function addressesOf(
  host: string,
  ms: number,
  abandoned?: AbortSignal,
): Promise<readonly string[]> {
  // The system's resolver cannot be stopped, so a late answer is ignored.
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(EXPIRED)), ms);
  const giveUp = (): void => late.reject(new Error(ABANDONED));
  abandoned?.addEventListener('abort', giveUp);
  try {
    const found = await Promise.race([lookup(host, { all: true }), late.promise]);
    return found.map((one) => one.address);
  } catch (error) {
    // Node rejects some names without asking a resolver.
    if (error instanceof TypeError) throw notFound(host, error);
    throw error;
  } finally {
    clearTimeout(timer);
    abandoned?.removeEventListener('abort', giveUp);
  }
}

function notFound(host: string, cause: Error): Error {
  return Object.assign(new Error(`no name of a server: ${JSON.stringify(host)}`, { cause }), {
    code: 'ENOTFOUND',
  });
}

/**
 * Connects to the first address that answers; slow attempts continue in parallel.
 *
 * @param abandoned gives up the attempt
 * @throws the system's error, or `timeout expired`
 */
export async function dial({ host, port }: Place, ms: number, abandoned?: AbortSignal): Promise<Socket> {
  if (abandoned?.aborted === true) throw new Error(ABANDONED);
  const began = performance.now();
  const where = host.startsWith('/')
    ? [{ path: `${host}/.s.PGSQL.${port}` }]
    : (await addressesOf(host, ms, abandoned)).map((address) => ({ host: address, port }));
  const sockets = where.map(() => new Socket());
  const errors: Error[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  let begun = 0;
  const next = (): void => {
    const [socket, at] = [sockets[begun], where[begun]];
    if (socket === undefined || at === undefined) return;
    begun++;
    socket.once('connect', () => resolve(socket));
    socket.on('error', (error) => {
      errors.push(error);
      if (errors.length === sockets.length) reject(error);
      else next();
    });
    socket.connect(at);
  };
  next();
  const stagger = setInterval(next, NEXT_MS);
  const timer = setTimeout(() => reject(new Error(EXPIRED)), Math.max(0, ms - (performance.now() - began)));
  const giveUp = (): void => reject(new Error(ABANDONED));
  abandoned?.addEventListener('abort', giveUp);
  try {
    const dialed = await promise;
    dialed.removeAllListeners('error');
    // node-pg calls connect() on sockets that it is given; this one is already connected and only reports it.
    dialed.connect = () => {
      setImmediate(() => dialed.emit('connect'));
      return dialed;
    };
    return dialed;
  } catch (error) {
    throw errors.length > 1 ? new AggregateError(errors) : error;
  } finally {
    clearInterval(stagger);
    clearTimeout(timer);
    abandoned?.removeEventListener('abort', giveUp);
    const won = await promise.catch(() => null);
    for (const socket of sockets) if (socket !== won) socket.destroy();
  }
}

/** Number of silence limits after which even a server that sends something now and then is given up. */
const LONGEST = 8;

/**
 * Gives up a client that hears nothing while it signs in. The limit is on silence, not on the total: signing
 * in takes five or more round trips (TLS, SCRAM), so on a link of 3 s each a total limit would refuse a
 * server that always answers.
 *
 * @param ms longest silence in milliseconds
 * @returns ends the watch; call it when the client has connected or failed
 */
export function watchConnecting(client: Client, ms: number): () => void {
  let heard = 0;
  let silences = 0;
  const timer = setInterval(() => {
    const stream: unknown = Reflect.get(client, 'connection')?.stream;
    const bytes = stream instanceof Object && 'bytesRead' in stream ? Number(stream.bytesRead) : 0;
    silences++;
    if (bytes !== heard && silences < LONGEST) {
      heard = bytes;
      return;
    }
    clearInterval(timer);
    // node-pg's own message, which classifyError.ts recognises.
    if (stream instanceof Object && 'destroy' in stream && typeof stream.destroy === 'function')
      stream.destroy(new Error('timeout expired'));
  }, ms);
  return () => clearInterval(timer);
}
