import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What one side sent before the other side spoke again. */
interface Turn {
  readonly client: number;
  readonly server: Buffer;
}

/** A recorded exchange: the client's bytes are counted, the server's are kept. */
export type Recording = readonly Turn[];

/** What node-pg asks of a socket beyond a Duplex. */
abstract class SocketLike extends Duplex {
  bytesRead = 0;
  abstract connect(port: number, host: string): this;
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** A socket to a real server that records what passes; every read arrives as it came. */
export class RecordingSocket extends SocketLike {
  readonly #turns: { client: number; server: Buffer[] }[] = [];
  #socket: Socket | null = null;

  get recording(): Recording {
    return this.#turns.map(({ client, server }) => ({ client, server: Buffer.concat(server) }));
  }

  connect(port: number, host: string): this {
    const socket = connect(port, host);
    this.#socket = socket;
    socket.on('connect', () => this.emit('connect'));
    socket.on('data', (data) => {
      this.#turns.at(-1)?.server.push(data);
      this.bytesRead += data.length;
      this.push(data);
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    return this;
  }

  override _read(): void {}

  override _write(data: Buffer, _: BufferEncoding, done: (error?: Error | null) => void): void {
    const last = this.#turns.at(-1);
    if (last === undefined || last.server.length > 0) this.#turns.push({ client: data.length, server: [] });
    else last.client += data.length;
    this.#socket?.write(data, done);
  }

  override _final(done: () => void): void {
    this.#socket?.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket?.destroy();
    done(error);
  }
}

/** Cuts what a server sends into reads: the offsets at which a new one begins. */
export type Cuts = (length: number) => readonly number[];

/** A socket whose server is a recording; its answers arrive in the pieces that the test wants. */
export class ReplaySocket extends SocketLike {
  readonly #recording: Recording;
  readonly #cuts: Set<number>;
  #turn = 0;
  #sent = 0;
  #offset = 0;

  constructor(recording: Recording, cuts: Cuts) {
    super();
    this.#recording = recording;
    this.#cuts = new Set(cuts(lengthOf(recording)));
  }

  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }

  override _read(): void {}

  override _write(data: Buffer, _: BufferEncoding, done: () => void): void {
    this.#sent += data.length;
    done();
    // As from a socket: never within the call that wrote.
    setImmediate(() => this.#answer());
  }

  override _final(done: () => void): void {
    done();
    this.push(null);
    setImmediate(() => this.destroy());
  }

  #answer(): void {
    for (let turn = this.#recording[this.#turn]; turn !== undefined; turn = this.#recording[this.#turn]) {
      if (this.#sent < turn.client) return;
      this.#sent -= turn.client;
      this.#turn++;
      this.#give(turn.server);
    }
  }

  #give(server: Buffer): void {
    let from = 0;
    for (let at = 1; at <= server.length; at++) {
      if (at < server.length && !this.#cuts.has(this.#offset + at)) continue;
      // A read's memory is its own, and given back by whoever has sent it on.
      if (!this.destroyed) this.push(Buffer.from(new Uint8Array(server.subarray(from, at)).buffer));
      from = at;
    }
    this.#offset += server.length;
  }
}

/** Bytes that the server sends in a recording. */
export function lengthOf(recording: Recording): number {
  return recording.reduce((sum, { server }) => sum + server.length, 0);
}

/**
 * The recording as it would be of a server that asks for no password: what a SCRAM exchange says is another
 * thing each time, and cannot be replayed.
 */
export function withoutPassword([startup, ...turns]: Recording): Recording {
  const at = turns.findIndex(({ server }) => okAt(server) >= 0);
  const accepted = turns[at];
  if (startup === undefined || accepted === undefined) throw new Error('no sign-in with a password');
  const server = accepted.server.subarray(okAt(accepted.server));
  return [{ client: startup.client, server }, ...turns.slice(at + 1)];
}

/** Where AuthenticationOk begins; -1 where it is not among the messages that begin these bytes. */
function okAt(bytes: Buffer): number {
  for (let at = 0; bytes[at] === 0x52; at += 1 + bytes.readUInt32BE(at + 1))
    if (bytes.readUInt32BE(at + 5) === 0) return at;
  return -1;
}
