import type { Duplex } from 'node:stream';
import { NO_TRAFFIC, type Traffic } from '../../shared/traffic.ts';

/** What a meter reads of a connection: a socket of node:net, or a stream through an SSH tunnel. */
interface MeteredSocket {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  /** Through a tunnel: what the SSH connection has sent and received because of this stream. */
  readonly onWire?: { readonly read: number; readonly written: number };
}

/**
 * Counts what sessions send and receive on the link. Below TLS: the socket that TLS writes to is counted. TCP's and IP's
 * own headers, and what TCP sends again, are not.
 */
export class LinkMeter {
  readonly #parent: LinkMeter | undefined;
  readonly #open = new Set<MeteredSocket>();
  #closed: Traffic = NO_TRAFFIC;

  /** @param parent counts the same connections, along with those of others */
  constructor(parent?: LinkMeter) {
    this.#parent = parent;
  }

  /** Counts a connection, also what it has moved so far. */
  add(socket: Duplex): void {
    this.#parent?.add(socket);
    if (!isMetered(socket)) return;
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#closed = plus(this.#closed, trafficOf(socket));
    });
  }

  /** Everything so far, of open and closed connections. */
  get traffic(): Traffic {
    let sum = this.#closed;
    for (const socket of this.#open) sum = plus(sum, trafficOf(socket));
    return sum;
  }
}

function isMetered(socket: Duplex): socket is Duplex & MeteredSocket {
  return 'bytesRead' in socket && 'bytesWritten' in socket;
}

function trafficOf({ bytesRead, bytesWritten, onWire }: MeteredSocket): Traffic {
  const plain = { sentPlain: bytesWritten, receivedPlain: bytesRead };
  if (onWire === undefined) return { sent: bytesWritten, received: bytesRead, ...plain };
  return { sent: onWire.written, received: onWire.read, ...plain };
}

function plus(a: Traffic, b: Traffic): Traffic {
  return {
    sent: a.sent + b.sent,
    received: a.received + b.received,
    sentPlain: a.sentPlain + b.sentPlain,
    receivedPlain: a.receivedPlain + b.receivedPlain,
  };
}
