/** Which side of a connection sent something. */
export type Sender = 'client' | 'server';

/**
 * One message of PostgreSQL's protocol 3.0 as it is on the wire. `type` is its type letter; `startup` for
 * the packets without one that a client begins with; `bytes` for what is no message: the one-byte answer
 * to a request for encryption, and everything that is encrypted.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export interface WireMessage {
  readonly from: Sender;
  readonly type: string;
  readonly bytes: Buffer;
}

/** What a server says when it cannot go on. */
export interface ServerError {
  /** `FATAL` ends the session. */
  readonly severity: 'ERROR' | 'FATAL';
  readonly sqlstate: string;
  readonly message: string;
}

/** SSLRequest and GSSENCRequest: the server answers with a single letter. */
const ENCRYPTION_REQUESTS: readonly number[] = [80877103, 80877104];

/** Cuts one direction of a connection into whole messages. */
export class Framer {
  readonly #from: Sender;
  #expects: 'startup' | 'letter' | 'messages' | 'anything';
  #rest: Buffer = Buffer.alloc(0);

  constructor(from: Sender) {
    this.#from = from;
    this.#expects = from === 'client' ? 'startup' : 'messages';
  }

  /** The next thing to come is the answer to a request for encryption. */
  expectLetter(): void {
    this.#expects = 'letter';
  }

  /** From here on it is encrypted. */
  goBlind(): void {
    this.#expects = 'anything';
  }

  feed(data: Buffer): readonly WireMessage[] {
    this.#rest = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    const messages: WireMessage[] = [];
    for (let length = this.#length(); length > 0; length = this.#length()) {
      const bytes = this.#rest.subarray(0, length);
      this.#rest = this.#rest.subarray(length);
      messages.push({ from: this.#from, type: this.#typeOf(bytes), bytes });
    }
    return messages;
  }

  /** Length of the first whole message in what has come; 0 where there is none yet. */
  #length(): number {
    const have = this.#rest.length;
    const headerAt = this.#expects === 'startup' ? 0 : 1;
    if (this.#expects === 'anything') return have;
    if (this.#expects === 'letter') return Math.min(have, 1);
    if (have < headerAt + 4) return 0;
    const length = headerAt + this.#rest.readUInt32BE(headerAt);
    return length <= have ? length : 0;
  }

  #typeOf(bytes: Buffer): string {
    switch (this.#expects) {
      case 'startup':
        if (!asksForEncryption(bytes)) this.#expects = 'messages';
        return 'startup';
      case 'letter':
        this.#expects = 'messages';
        return 'bytes';
      case 'anything':
        return 'bytes';
      case 'messages':
        return String.fromCharCode(bytes[0] ?? 0);
    }
  }
}

/** Whether a start-up packet asks for encryption instead of starting a session. */
export function asksForEncryption(packet: Buffer): boolean {
  return packet.length === 8 && ENCRYPTION_REQUESTS.includes(packet.readUInt32BE(4));
}

/** The statement of a Parse or Query message; for other types, what follows their header. */
export function textOf({ type, bytes }: WireMessage): string {
  // A name, which may be empty, then the statement, then the types of its parameters.
  if (type === 'P') return bytes.toString('utf8', 5).split('\0')[1] ?? '';
  return bytes.toString('utf8', type === 'startup' ? 4 : 5).replace(/\0$/, '');
}

/** ErrorResponse, and, where the session goes on, ReadyForQuery in a failed transaction. */
export function errorMessages({ severity, sqlstate, message }: ServerError): Buffer {
  const fields = { S: severity, V: severity, C: sqlstate, M: message };
  const body = Object.entries(fields).map(([name, value]) => `${name}${value}\0`);
  const text = Buffer.from(`${body.join('')}\0`);
  const header = Buffer.from([...Buffer.from('E'), 0, 0, 0, 0]);
  header.writeUInt32BE(4 + text.length, 1);
  const ready = severity === 'FATAL' ? [] : [Buffer.from('Z\0\0\0\x05E', 'latin1')];
  return Buffer.concat([header, text, ...ready]);
}

/** Name of the statement that a Parse makes or a Bind runs; empty for one that is not kept. */
export function statementName({ type, bytes }: WireMessage): string {
  // A Bind begins with the name of its portal.
  return bytes.toString('utf8', 5).split('\0')[type === 'B' ? 1 : 0] ?? '';
}
