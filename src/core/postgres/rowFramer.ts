import type { CopyFormat, RowBlock } from './rowBlock.ts';
import { BINARY_HEADER, copyData, HEADER_BYTES, Message } from './wire.ts';

/** What becomes of the bytes that a {@link RowFramer} is fed. */
export interface FramerSink {
  rows(block: RowBlock): void;
  /** A whole message that is not row data: notices, the start of the copy. */
  other(message: Buffer): void;
  /** The copy is over (done or failed): these bytes and all that follow belong to the ordinary parser. */
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
  /** The parts of a message that came in pieces, and how many bytes it needs (0: not known yet). */
  #parts: Buffer[] = [];
  #have = 0;
  #need = 0;
  #over = false;

  /** @param columns number of columns that every row must have */
  constructor(format: CopyFormat, columns: number, sink: FramerSink) {
    this.#binary = format === 'binary';
    this.#columns = columns;
    this.#sink = sink;
  }

  /**
   * Takes the next bytes. Rows that lie in them whole are passed on in place; a row that is cut by their
   * end is copied together, alone.
   *
   * @throws Error where the bytes are not what COPY sends
   */
  feed(data: Buffer): void {
    if (this.#over) {
      this.#sink.over(data);
      return;
    }
    const rest = this.#have === 0 ? data : this.#complete(data);
    if (rest === null) return;
    if (this.#over) this.#sink.over(rest);
    else this.#walk(rest, memoryOf(data));
  }

  /** Adds to the message that was cut; returns what lies behind it, or null where it still is not whole. */
  #complete(data: Buffer): Buffer | null {
    let offset = 0;
    while (this.#have < this.#need) {
      const part = data.subarray(offset, offset + this.#need - this.#have);
      if (part.length === 0) return null;
      // A copy: the memory of what is fed is given back as soon as its rows are sent on.
      this.#parts.push(Buffer.from(part));
      this.#have += part.length;
      offset += part.length;
      if (this.#have === HEADER_BYTES && this.#need === HEADER_BYTES) {
        const header = Buffer.concat(this.#parts);
        this.#parts = [header];
        this.#need = 1 + header.readUInt32BE(1);
      }
    }
    const message = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#have = 0;
    this.#walk(message, null);
    return data.subarray(offset);
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
      const end = offset + 1 + data.readUInt32BE(offset + 1);
      const type = data[offset];
      if (type === Message.ErrorResponse || type === Message.CopyDone) {
        flush();
        this.#over = true;
        this.#sink.over(data.subarray(offset));
        return;
      }
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
      throw new Error('COPY sent no binary header');
    }
    this.#headerSeen = true;
    const row = payload.subarray(BINARY_HEADER.length);
    if (row.length === 0) return;
    const message = copyData(row);
    if (this.#isTrailer(message, 0, message.length)) return;
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
    if (!whole) throw new Error('COPY sent something other than one row per message');
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#parts = [Buffer.from(rest)];
    this.#have = rest.length;
    this.#need = rest.length >= HEADER_BYTES ? 1 + rest.readUInt32BE(1) : HEADER_BYTES;
  }
}

/**
 * The memory that a read of the socket came in, if it holds nothing else: Node's small buffers share a
 * pool, which must never be given back.
 */
function memoryOf(data: Buffer): ArrayBuffer | null {
  const { buffer } = data;
  return buffer instanceof ArrayBuffer && buffer.byteLength === data.byteLength ? buffer : null;
}
