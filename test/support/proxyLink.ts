import type { Socket } from 'node:net';
import {
  asksForEncryption,
  errorMessages,
  Framer,
  type Sender,
  type ServerError,
  statementName,
  textOf,
  type WireMessage,
} from './proxyFraming.ts';
import { Lane } from './proxyLane.ts';
import type { Traps } from './proxyTraps.ts';

/** Is told what passes on one connection. */
export interface LinkObserver {
  /** A message that goes on to the other side. */
  passed(message: WireMessage, statements: string): void;
  /** The server's side of the connection is closed. */
  ended(): void;
}

export interface LinkContext {
  readonly observer: LinkObserver | null;
  readonly traps: Traps;
  readonly latencyMs: () => number;
  passed(from: Sender, bytes: number): void;
}

/** One connection through the proxy. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #context: LinkContext;
  readonly #framers = { client: new Framer('client'), server: new Framer('server') };
  readonly #lanes: readonly Lane[];
  #query = '';
  /** Statements by the names under which the server keeps them. */
  readonly #kept = new Map<string, string>();
  /** Name of the last statement that was parsed. */
  #parsed = '';
  #synced = true;
  #frozen = false;
  /** The server's answer is being swallowed, up to its end. */
  #swallows = false;
  /** So is everything that the server says. */
  #mute = false;
  /** COPYs into a table that the client has asked for, less those for whose rows the server has asked. */
  #copiesToBegin = 0;
  /** Said in the server's place as soon as the server has answered what was sent before. */
  #errorToSay: ServerError | null = null;

  constructor(client: Socket, server: Socket, context: LinkContext) {
    this.#client = client;
    this.#server = server;
    this.#context = context;
    // What went wrong with a socket is told by its close.
    for (const socket of [client, server]) socket.on('error', () => undefined);
    this.#lanes = [this.#lane('client', client, server), this.#lane('server', server, client)];
  }

  /** Ends both sides at once. */
  cut(): void {
    this.#client.resetAndDestroy();
    this.#server.destroy();
  }

  freeze(): void {
    this.#frozen = true;
    for (const lane of this.#lanes) lane.still = true;
  }

  thaw(): void {
    this.#frozen = false;
    for (const lane of this.#lanes) lane.still = false;
  }

  /** Speaks in the server's place; the server is gone for this connection, and its session undone. */
  #refuse(error: ServerError): void {
    this.freeze();
    this.#server.destroy();
    this.#client.write(errorMessages(error));
    if (error.severity === 'FATAL') this.#client.end();
    // What is still sent goes nowhere; the link ends when the client does.
    this.#client.removeAllListeners('data').on('data', () => undefined);
    this.#client.once('end', () => this.#client.destroy());
    setImmediate(() => this.#client.resume());
  }

  /**
   * As {@link #refuse}, but at its turn: a server that is busy with rows has answered everything before them. Rows of a
   * COPY that it has not begun yet arrive at it later.
   */
  #refuseInTurn(error: ServerError): void {
    if (this.#copiesToBegin === 0) this.#refuse(error);
    else this.#errorToSay = error;
  }

  #lane(sender: Sender, from: Socket, to: Socket): Lane {
    return new Lane({
      from,
      to,
      latencyMs: this.#context.latencyMs,
      feed: (data) => this.#framers[sender].feed(data),
      decide: (message) => {
        const verdict = this.#decide(message);
        if (verdict === 'pass') this.#context.observer?.passed(message, this.#query);
        return verdict;
      },
      passed: (bytes) => this.#context.passed(sender, bytes),
    });
  }

  #decide(message: WireMessage): 'pass' | 'drop' | 'hold' {
    if (this.#frozen) return 'hold';
    if (this.#errorToSay !== null && message.from === 'client') return 'hold';
    this.#follow(message);
    if (this.#mute && message.from === 'server') return 'drop';
    if (this.#swallows && message.from === 'server') {
      // ReadyForQuery: whatever was asked is done.
      if (message.type === 'Z') this.cut();
      return 'drop';
    }
    const fault = this.#context.traps.faultAt(message, this.#query);
    switch (fault) {
      case null:
        return 'pass';
      case 'cut':
        this.cut();
        return 'drop';
      case 'cut_after_answer':
        this.#swallows = true;
        return 'pass';
      case 'mute':
        this.#mute = true;
        return 'drop';
      case 'strand':
        this.freeze();
        this.#client.resetAndDestroy();
        return 'hold';
      case 'freeze':
        this.freeze();
        return 'hold';
      default:
        this.#refuseInTurn(fault);
        return 'hold';
    }
  }

  /** A COPY into a table begins when the server asks for its rows. */
  #followCopies(message: WireMessage): void {
    const { from, type } = message;
    if (from === 'client' && type === 'P' && textOf(message).includes('FROM STDIN')) this.#copiesToBegin++;
    if (from !== 'server' || type !== 'G') return;
    this.#copiesToBegin--;
    const error = this.#errorToSay;
    // Behind this message, which goes on its way first.
    if (error !== null && this.#copiesToBegin === 0) setImmediate(() => this.#refuse(error));
  }

  /** Statements that a client sends together count as one script, from the first to the Sync. */
  #followStatements(message: WireMessage): void {
    const { type } = message;
    if (type === 'Q') this.#query = textOf(message);
    if (type === 'P') {
      this.#kept.set(statementName(message), textOf(message));
      this.#sent(textOf(message));
      this.#parsed = statementName(message);
    }
    // A statement that the server has kept is bound again without a Parse.
    if (type === 'B' && statementName(message) !== this.#parsed)
      this.#sent(this.#kept.get(statementName(message)) ?? '');
    if (type === 'S') this.#synced = true;
  }

  #sent(statement: string): void {
    this.#query = this.#synced ? statement : `${this.#query}; ${statement}`;
    this.#synced = false;
  }

  /** Keeps in mind where the connection stands. */
  #follow(message: WireMessage): void {
    const { from, type, bytes } = message;
    if (from === 'client') this.#followStatements(message);
    this.#followCopies(message);
    if (type === 'startup' && asksForEncryption(bytes)) this.#framers.server.expectLetter();
    if (from === 'server' && type === 'bytes' && bytes.toString() !== 'N') {
      this.#framers.client.goBlind();
      this.#framers.server.goBlind();
    }
  }
}
