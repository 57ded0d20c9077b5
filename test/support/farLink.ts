import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ServerAddress } from './servers.ts';

/** What a line between two offices is like. */
export interface LinkSpeed {
  readonly roundTripMs: number;
  /** Kilobits (1,000 bits) a second, in each direction. */
  readonly kbps: number;
}

/** What has gone over a link since {@link FarLink.reset}. */
export interface LinkUse {
  /** To head office, without TCP's own headers. */
  readonly up: number;
  readonly down: number;
  /** How often the connection that waited most waited for an answer, after it had signed in. */
  readonly roundTrips: number;
  /** Connections that were made. */
  readonly connections: number;
}

/** A slow, far link to a server, in user space: packets, losses and congestion are not simulated. */
export interface FarLink extends ServerAddress, AsyncDisposable {
  readonly use: LinkUse;
  reset(): void;
}

/** A direction of a connection holds back as much before it stops to read, as the buffers of routers do. */
const HELD_BYTES = 256 * 1024;
/** A direction reads on once it holds no more than this. */
const READ_ON_BYTES = 128 * 1024;

/** One direction of the line, shared by all connections. */
interface Line {
  readonly bytesPerMs: number;
  readonly delayMs: number;
  /** When its last byte has been sent, in milliseconds of `performance.now()`. */
  free: number;
}

/** PostgreSQL's ReadyForQuery, outside a transaction: the last message of a sign-in. */
const READY = Buffer.from('Z\0\0\0\x05I', 'latin1');

/** Counts how often a client of PostgreSQL waits for an answer. Knows nothing of encrypted connections. */
class RoundTrips {
  count = 0;
  #signedIn = false;
  #answered = true;

  sent(): void {
    if (!this.#signedIn || !this.#answered) return;
    this.#answered = false;
    this.count++;
  }

  received(data: Buffer): void {
    this.#answered = true;
    if (!this.#signedIn) this.#signedIn = data.subarray(-READY.length).equals(READY);
  }
}

/** Starts a link to `target`: each direction has its own rate; a new connection waits for one round trip. */
export async function startFarLink(target: ServerAddress, speed: LinkSpeed): Promise<FarLink> {
  const line = (): Line => ({ bytesPerMs: speed.kbps / 8, delayMs: speed.roundTripMs / 2, free: 0 });
  const lines = { up: line(), down: line() };
  const bytes = { up: 0, down: 0 };
  let trips: RoundTrips[] = [];
  const sockets = new Set<Socket>();

  const take = (client: Socket): void => {
    const counted = new RoundTrips();
    trips.push(counted);
    client.pause();
    setTimeout(() => {
      const server = connect({ host: target.host, port: target.port, allowHalfOpen: true });
      for (const socket of [client, server]) {
        socket.setNoDelay(true);
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
      }
      carry(client, server, lines.up, {
        taken: (data) => {
          bytes.up += data.length;
          counted.sent();
        },
      });
      carry(server, client, lines.down, {
        delivered: (data) => {
          bytes.down += data.length;
          counted.received(data);
        },
      });
      client.resume();
    }, speed.roundTripMs);
  };
  const listener = createServer({ allowHalfOpen: true }, take).listen(0, '127.0.0.1');
  await once(listener, 'listening');

  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    password: target.password,
    get use() {
      const roundTrips = Math.max(0, ...trips.map(({ count }) => count));
      return { ...bytes, roundTrips, connections: trips.length };
    },
    reset() {
      bytes.up = 0;
      bytes.down = 0;
      trips = [];
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Is told what passes in one direction, when it is read and when it arrives. */
interface Watcher {
  taken?(data: Buffer): void;
  delivered?(data: Buffer): void;
}

/** Passes on what `from` says, in order, at the pace of the line. */
function carry(from: Socket, to: Socket, line: Line, watcher: Watcher): void {
  const queue: { readonly data: Buffer; readonly due: number }[] = [];
  let held = 0;
  let timer: NodeJS.Timeout | null = null;
  let ending = false;

  const deliver = (): void => {
    timer = null;
    const now = performance.now();
    for (let head = queue[0]; head !== undefined && head.due <= now + 0.5; head = queue[0]) {
      queue.shift();
      held -= head.data.length;
      if (to.writable) to.write(head.data);
      watcher.delivered?.(head.data);
    }
    if (held < READ_ON_BYTES) from.resume();
    wait();
  };
  const wait = (): void => {
    if (timer !== null) return;
    const [head] = queue;
    if (head !== undefined) timer = setTimeout(deliver, Math.max(0, head.due - performance.now()));
    else if (ending) to.end();
  };
  const end = (): void => {
    ending = true;
    wait();
  };
  from.on('data', (data: Buffer) => {
    watcher.taken?.(data);
    line.free = Math.max(performance.now(), line.free) + data.length / line.bytesPerMs;
    queue.push({ data, due: line.free + line.delayMs });
    held += data.length;
    if (held > HELD_BYTES) from.pause();
    wait();
  });
  from.on('end', end);
  from.on('close', end);
  from.on('error', () => {
    queue.length = 0;
    to.destroy();
  });
}
