/**
 * Messages of PostgreSQL's frontend/backend protocol 3.0 that are checked here before node-pg gets them, and
 * the framing of binary COPY data. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export const Message = {
  Authentication: 0x52,
  CommandComplete: 0x43,
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyOutResponse: 0x48,
  DataRow: 0x44,
  ErrorResponse: 0x45,
  NoticeResponse: 0x4e,
  NotificationResponse: 0x41,
  ParameterStatus: 0x53,
  ReadyForQuery: 0x5a,
  RowDescription: 0x54,
} as const;

/** Type byte and 32-bit length, which includes itself but not the type. */
export const HEADER_BYTES = 5;

/** `PGCOPY\n\377\r\n\0`, 32 bits of flags, 32 bits of header extension length. */
export const BINARY_HEADER = Buffer.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** A field count of -1 ends binary COPY data. */
const BINARY_TRAILER = Buffer.from([0xff, 0xff]);

/** PostgreSQL's own limit for a message (`PQ_LARGE_MESSAGE_LIMIT` in libpq.h). */
const LONGEST_MESSAGE = 0x3fff_ffff;

/** A text that a server writes for people. Errors quote values, which may be long. */
const LONGEST_TEXT = 16 * 1024 * 1024;
/** All others: libpq drops a connection on which one of these is longer. */
const LONGEST_OTHER = 30_000;

const TEXTS: ReadonlySet<number> = new Set([
  Message.ErrorResponse,
  Message.NoticeResponse,
  Message.NotificationResponse,
]);

/** The longest allowed message of this type, including its length field. */
export function longestOf(type: number): number {
  if (type === Message.CopyData || type === Message.DataRow) return LONGEST_MESSAGE;
  // MaxTupleAttributeNumber columns, each with a name.
  if (type === Message.RowDescription) return 1_000_000;
  return TEXTS.has(type) ? LONGEST_TEXT : LONGEST_OTHER;
}

/** The bytes violate the protocol: some were lost or changed on the way, or the peer is not PostgreSQL. */
export class WireError extends Error {
  /** As classifyError.ts recognises it. */
  readonly code = 'BROKEN_PROTOCOL';
}

/**
 * Where the message at `offset` ends; its header must be complete.
 *
 * @throws WireError if its length is impossible
 */
export function messageEnd(data: Buffer, offset: number): number {
  const length = data.readUInt32BE(offset + 1);
  if (length < 4 || length > longestOf(data[offset] ?? 0))
    throw new WireError(`a message of ${length} bytes cannot be`);
  return offset + 1 + length;
}

/**
 * Collects a message that arrives in pieces. They are copied together at once: kept separately, pieces of one
 * byte would take a hundred times their size.
 */
export class PartialMessage {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  /** Bytes received so far. */
  get length(): number {
    return this.#length;
  }

  /** @param most length of the whole message, as far as known */
  add(part: Uint8Array, most: number): void {
    const length = this.#length + part.length;
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, Math.min(most, 2 * this.#bytes.length)));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.#length);
    this.#length = length;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Returns the message and starts over. */
  take(): Buffer {
    const { bytes } = this;
    this.#bytes = Buffer.alloc(0);
    this.#length = 0;
    return bytes;
  }
}

/** Wraps a payload into one CopyData message. */
export function copyData(payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  message[0] = Message.CopyData;
  message.writeUInt32BE(payload.length + 4, 1);
  message.set(payload, HEADER_BYTES);
  return message;
}

export const BINARY_HEADER_MESSAGE = copyData(BINARY_HEADER);
export const BINARY_TRAILER_MESSAGE = copyData(BINARY_TRAILER);
export const COPY_DONE_MESSAGE = Buffer.from([Message.CopyDone, 0, 0, 0, 4]);
