import type { CopyFormat, RowBlock } from './rowBlock.ts';
import {
  BINARY_HEADER,
  copyData,
  HEADER_BYTES,
  Message,
  messageEnd,
  PartialMessage,
  WireError,
} from './wire.ts';

/** Receives the output of a {@link RowFramer}. */
export interface FramerSink {
  rows(block: RowBlock): void;
  /** A whole message that is not row data: notices, the start of the copy. */
  other(message: Buffer): void;
  /**
   * The copy has ended (done or failed): these bytes and all following ones belong to the ordinary parser.
   * They begin with the message that ends the copy, which may be incomplete. Called once.
   */
  over(rest: Buffer): void;
}

/**
 * Cuts the byte stream of a COPY … TO STDOUT into blocks of whole rows.
 *
 * PostgreSQL sends one row per CopyData message (copyto.c, CopySendEndOfRow), so row boundaries are
 * message boundaries and a row costs one look at its header. Two messages differ in binary format: the
 * first carries the file header before its row, the last holds only the trailer. Each row's first or
 * last bytes are checked, so that a server or proxy that frames otherwise fails loudly here instead of
 * cutting a chunk inside a row.
 */
export class RowFramer {
  readonly #sink: FramerSink;
  readonly #binary: boolean;
  readonly #columns: number;
  #headerSeen = false;
  #trailerSeen = false;
  #fedRows = false;
  /** Collects a message that arrives in pieces. */
  readonly #partial = new PartialMessage();
  /** Bytes needed to complete the partial message's header, then the whole message. */
  #need = 0;
  #over = false;

  /** @param columns number of columns that every row must have */
  constructor(format: CopyFormat, columns: number, sink: FramerSink) {
    this.#binary = format === 'binary';
    this.#columns = columns;
    this.#sink = sink;
  }

  /**
   * Takes the next bytes. Rows that are complete in them are passed on without copying; a row split by their
   * end is copied and passed on alone.
   *
   * @returns whether any of them belong to rows
   * @throws WireError if they are not what COPY sends
   */
  feed(data: Buffer): boolean {
    if (this.#over) throw new WireError('the copy is over');
    this.#fedRows = false;
    const rest = this.#partial.length === 0 ? data : this.#complete(data);
    if (rest !== null && rest.length > 0) this.#walk(rest, memoryOf(data));
    return this.#fedRows;
  }

  /**
   * Adds to the incomplete message.
   *
   * @returns the bytes after it; null if it is still incomplete, or if it ends the copy
   */
  #complete(data: Buffer): Buffer | null {
    const partial = this.#partial;
    let offset = 0;
    while (partial.length < this.#need) {
      const part = data.subarray(offset, offset + this.#need - partial.length);
      if (part.length === 0) break;
      partial.add(part, this.#need);
      offset += part.length;
      if (partial.length !== HEADER_BYTES || this.#need !== HEADER_BYTES) continue;
      if (endsCopy(partial.bytes[0])) {
        this.#handOver(Buffer.concat([partial.take(), data.subarray(offset)]));
        return null;
      }
      this.#need = messageEnd(partial.bytes, 0);
    }
    this.#fedRows = partial.bytes[0] === Message.CopyData;
    if (partial.length < this.#need) return null;
    this.#walk(partial.take(), null);
    return data.subarray(offset);
  }

  #handOver(rest: Buffer): void {
    if (this.#binary && rest[0] === Message.CopyDone && !this.#trailerSeen)
      throw new WireError('COPY ended without its trailer');
    this.#over = true;
    this.#sink.over(rest);
  }

  #walk(data: Buffer, memory: ArrayBuffer | null): void {
    let offset = 0;
    let runStart = 0;
    let rows = 0;
    let lastRowAt = 0;
    let shared = false;
    const flush = (final = false): void => {
      if (rows === 0) return;
      this.#sink.rows({
        messages: data.subarray(runStart, offset),
        rows,
        lastRowAt: lastRowAt - runStart,
        memory: final && !shared ? memory : null,
      });
      rows = 0;
    };
    while (offset + HEADER_BYTES <= data.length) {
      const end = messageEnd(data, offset);
      const type = data[offset];
      if (endsCopy(type)) {
        flush();
        this.#handOver(data.subarray(offset));
        return;
      }
      if (type === Message.CopyData) this.#fedRows = true;
      if (end > data.length) break;
      if (type !== Message.CopyData) {
        flush();
        shared = true;
        this.#sink.other(data.subarray(offset, end));
        runStart = end;
      } else if (this.#binary && !this.#headerSeen) {
        this.#first(data.subarray(offset + HEADER_BYTES, end));
        runStart = end;
      } else if (this.#isTrailer(data, offset, end)) {
        this.#trailerSeen = true;
        flush();
        runStart = end;
      } else {
        this.#check(data, offset, end);
        lastRowAt = offset;
        rows++;
      }
      offset = end;
    }
    this.#keep(data.subarray(offset));
    flush(true);
  }

  /** The first binary message: the file header, then the first row or the trailer. */
  #first(payload: Buffer): void {
    if (payload.compare(BINARY_HEADER, 0, BINARY_HEADER.length, 0, BINARY_HEADER.length) !== 0) {
      throw new WireError('COPY sent no binary header');
    }
    this.#headerSeen = true;
    const row = payload.subarray(BINARY_HEADER.length);
    if (row.length === 0) return;
    const message = copyData(row);
    this.#trailerSeen = this.#isTrailer(message, 0, message.length);
    if (this.#trailerSeen) return;
    this.#check(message, 0, message.length);
    this.#sink.rows({ messages: message, rows: 1, lastRowAt: 0, memory: null });
  }

  #isTrailer(data: Buffer, offset: number, end: number): boolean {
    return this.#binary && end - offset === HEADER_BYTES + 2 && data[offset + HEADER_BYTES] === 0xff;
  }

  #check(data: Buffer, offset: number, end: number): void {
    const whole = this.#binary
      ? end - offset >= HEADER_BYTES + 2 && data.readUInt16BE(offset + HEADER_BYTES) === this.#columns
      : data[end - 1] === 0x0a;
    if (!whole) throw new WireError('COPY sent something other than one row per message');
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    // A copy, because the memory of the input is released as soon as its rows are sent.
    this.#partial.add(rest, rest.length);
    this.#need = rest.length >= HEADER_BYTES ? messageEnd(rest, 0) : HEADER_BYTES;
  }
}

/** A lone ReadyForQuery violates the protocol, but must still end the copy for its reader. */
function endsCopy(type: number | undefined): boolean {
  return type === Message.CopyDone || type === Message.ErrorResponse || type === Message.ReadyForQuery;
}

/**
 * The memory of a socket read, if it holds nothing else: Node's small buffers share a pool, which must never
 * be released.
 */
function memoryOf(data: Buffer): ArrayBuffer | null {
  const { buffer } = data;
  return buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength ? buffer : null;
}
