import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Channel } from 'ssh2';

/**
 * Bytes of one turn. ssh2 hands all that a channel's window allows (2 MB) to the socket at once: a sign of life would
 * then wait behind it for minutes on a slow link.
 */
const TURN_BYTES = 32 * 1024;

/** Whose turn it is to send: the channels of a tunnel one after the other, and only while its socket takes bytes. */
export class SendTurns {
  readonly #socket: Socket;
  readonly #waiting: (() => void)[] = [];

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('drain', () => this.#next());
  }

  /** Calls back when the socket has room. */
  take(turn: () => void): void {
    if (this.#waiting.length === 0 && !this.#socket.writableNeedDrain) turn();
    else this.#waiting.push(turn);
  }

  #next(): void {
    while (!this.#socket.writableNeedDrain) {
      const turn = this.#waiting.shift();
      if (turn === undefined) return;
      turn();
    }
  }
}

/**
 * Says what an SSH connection's socket has moved since the last time, so that each of its bytes is charged once: to the
 * stream that has just sent or received something. The sign-in belongs to the first stream, and SSH's own messages to
 * whichever comes next.
 */
export class WireBytes {
  readonly #socket: Socket;
  #written = 0;
  #read = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Compression and encryption happen within ssh2's write, so this is exact where the channel's window was open. */
  written(): number {
    const before = this.#written;
    this.#written = this.#socket.bytesWritten;
    return this.#written - before;
  }

  read(): number {
    const before = this.#read;
    this.#read = this.#socket.bytesRead;
    return this.#read - before;
  }
}

/**
 * One connection through a tunnel, with what the engine and node-pg use of a socket. ssh2's own channel ends only
 * when the server has said so, too; this one ends at once, and tells why.
 */
export class TunnelStream extends Duplex {
  readonly #channel: Channel;
  readonly #turns: SendTurns;
  readonly #isOver: () => boolean;
  readonly #wire: WireBytes;
  readonly #onWire = { read: 0, written: 0 };
  #read = 0;
  #written = 0;

  /** @param isOver whether the tunnel is gone: ssh2 throws out of a channel that is used then */
  constructor(channel: Channel, turns: SendTurns, wire: WireBytes, isOver: () => boolean) {
    super({ allowHalfOpen: false });
    this.#wire = wire;
    this.#channel = channel;
    this.#turns = turns;
    this.#isOver = isOver;
    channel.on('data', (data: Buffer) => {
      this.#read += data.length;
      this.#charge();
      if (!this.push(data)) channel.pause();
    });
    channel.on('end', () => this.push(null));
    channel.on('close', () => {
      // What has come is read first, as on a socket.
      if (!this.readableEnded) this.push(null);
    });
    channel.on('error', (error: Error) => this.destroy(error));
  }

  get bytesRead(): number {
    return this.#read;
  }

  get bytesWritten(): number {
    return this.#written;
  }

  /** What the SSH connection itself has sent and received because of this stream. */
  get onWire(): { readonly read: number; readonly written: number } {
    return this.#onWire;
  }

  #charge(): void {
    this.#onWire.written += this.#wire.written();
    this.#onWire.read += this.#wire.read();
  }

  /** node-pg connects the sockets that it is given itself: this one only has to say so. */
  connect(): this {
    setImmediate(() => this.emit('connect'));
    return this;
  }

  /** The tunnel sends without delay, and has a keep-alive of its own. */
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  override _read(): void {
    if (!this.#isOver()) this.#channel.resume();
  }

  override _write(data: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(data, done);
  }

  #send(data: Buffer, done: (error?: Error | null) => void): void {
    let at = 0;
    const next = (): void => {
      this.#charge();
      if (this.destroyed || at >= data.length) done();
      else this.#turns.take(turn);
    };
    const turn = (): void => {
      if (this.destroyed || this.#isOver()) done();
      else {
        const part = data.subarray(at, at + TURN_BYTES);
        at += part.length;
        this.#written += part.length;
        this.#channel.write(part, next);
        this.#charge();
      }
    };
    next();
  }

  /** Small messages go out as one SSH packet. */
  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#isOver()) this.#channel.end();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#isOver()) {
      this.#channel.destroy();
      // Else the rest of what the server has sent would keep its window, and the channel, open.
      this.#channel.resume();
    }
    this.#charge();
    done(error);
  }
}
