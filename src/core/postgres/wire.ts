/**
 * The few messages of PostgreSQL's frontend/backend protocol 3.0 that COPY needs, and the framing of
 * binary COPY data. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export const Message = {
  CopyData: 0x64,
  CopyDone: 0x63,
  CopyOutResponse: 0x48,
  ErrorResponse: 0x45,
  ReadyForQuery: 0x5a,
} as const;

/** Type byte and 32-bit length, which counts itself but not the type. */
export const HEADER_BYTES = 5;

/** `PGCOPY\n\377\r\n\0`, 32 bits of flags, 32 bits of header extension length. */
export const BINARY_HEADER = Buffer.from([
  0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/** A field count of -1 ends binary COPY data. */
const BINARY_TRAILER = Buffer.from([0xff, 0xff]);

/** PostgreSQL's own limit of a message (`PQ_LARGE_MESSAGE_LIMIT` in libpq.h). */
const LONGEST_MESSAGE = 0x3fff_ffff;

/** What came is not what the protocol says; bytes were lost or changed on the way, or there is no PostgreSQL. */
export class WireError extends Error {
  /** As failure.ts knows it. */
  readonly code = 'BROKEN_PROTOCOL';
}

/**
 * Where the message ends that begins at `offset`; its header is there.
 *
 * @throws WireError where its length cannot be one
 */
export function messageEnd(data: Buffer, offset: number): number {
  const length = data.readUInt32BE(offset + 1);
  if (length < 4 || length > LONGEST_MESSAGE) throw new WireError(`a message of ${length} bytes cannot be`);
  return offset + 1 + length;
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
