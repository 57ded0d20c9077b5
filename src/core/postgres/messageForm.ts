import { WireError } from './wire.ts';

/**
 * Checks a server's whole message against the protocol's format, so that node-pg's parser never gets one that
 * makes it throw, read past the end, or loop forever (an ErrorResponse without its final zero byte).
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 * @param body without type and length
 * @param columns that a DataRow must have; null if no row is expected
 * @throws WireError if the format is wrong
 */
export function checkForm(type: number, body: Buffer, columns: number | null): void {
  const check = CHECKS[type];
  if (check === undefined) throw new WireError(`a message of the unknown type ${type}`);
  const reader = new BodyReader(type, body);
  check(reader, columns);
  reader.end();
}

/** The number of columns in a RowDescription that {@link checkForm} has accepted. */
export function columnsOf(description: Buffer): number {
  return description.readInt16BE(0);
}

/** PostgreSQL's own limit of a result's columns (`MaxTupleAttributeNumber`). */
const MOST_COLUMNS = 1664;
/** Bytes of a column in a RowDescription after its name. */
const COLUMN_FACTS = 18;

/** `COPY 5`, `INSERT 0 5`. node-pg reads the last number as the row count, so it must be a safe integer. */
const TAG = /^[A-Z][A-Z ]{0,62}(?: \d{1,15}){0,2}$/;

type Check = (reader: BodyReader, columns: number | null) => void;

const empty: Check = () => {};

const fields: Check = (reader) => {
  while (reader.byte() !== 0) reader.text();
};

const copyResponse: Check = (reader) => {
  reader.byte();
  reader.skip(2 * reader.count(MOST_COLUMNS));
};

/** By message type. No server sends other types to a client like ours. */
const CHECKS: Readonly<Record<number, Check>> = {
  [at('1')]: empty,
  [at('2')]: empty,
  [at('3')]: empty,
  [at('I')]: empty,
  [at('c')]: empty,
  [at('n')]: empty,
  [at('s')]: empty,
  [at('A')]: (reader) => {
    reader.skip(4);
    reader.text();
    reader.text();
  },
  [at('C')]: (reader) => {
    if (!TAG.test(reader.text())) reader.fail();
  },
  [at('D')]: (reader, columns) => {
    const found = reader.count(MOST_COLUMNS);
    if (found !== columns) reader.fail();
    for (let i = 0; i < found; i++) reader.value();
  },
  [at('E')]: fields,
  [at('G')]: copyResponse,
  [at('H')]: copyResponse,
  [at('K')]: (reader) => reader.skip(8),
  [at('N')]: fields,
  // The guard decides which authentication methods are allowed.
  [at('R')]: (reader) => reader.rest(),
  [at('S')]: (reader) => {
    reader.text();
    reader.text();
  },
  [at('T')]: (reader) => {
    const found = reader.count(MOST_COLUMNS);
    for (let i = 0; i < found; i++) {
      reader.text();
      reader.skip(COLUMN_FACTS);
    }
  },
  [at('Z')]: (reader) => {
    if (!'ITE'.includes(String.fromCharCode(reader.byte()))) reader.fail();
  },
  [at('t')]: (reader) => reader.skip(4 * reader.count(0x7fff)),
};

function at(type: string): number {
  return type.charCodeAt(0);
}

/** Reads a body from its start; every read is checked against its end. */
class BodyReader {
  readonly #type: number;
  readonly #body: Buffer;
  #offset = 0;

  constructor(type: number, body: Buffer) {
    this.#type = type;
    this.#body = body;
  }

  fail(): never {
    throw new WireError(`a message "${String.fromCharCode(this.#type)}" that is not what the protocol says`);
  }

  skip(bytes: number): void {
    this.#offset += bytes;
    if (this.#offset > this.#body.length) this.fail();
  }

  byte(): number {
    this.skip(1);
    return this.#body[this.#offset - 1] ?? 0;
  }

  /** A text that ends with a zero byte. */
  text(): string {
    const start = this.#offset;
    const end = this.#body.indexOf(0, start);
    if (end < 0) this.fail();
    this.#offset = end + 1;
    return this.#body.toString('utf8', start, Math.min(end, start + LONGEST_CHECKED));
  }

  count(most: number): number {
    this.skip(2);
    const count = this.#body.readInt16BE(this.#offset - 2);
    if (count < 0 || count > most) this.fail();
    return count;
  }

  /** A value of a row: its length (−1 for null), then its bytes. */
  value(): void {
    this.skip(4);
    const length = this.#body.readInt32BE(this.#offset - 4);
    if (length < -1) this.fail();
    if (length > 0) this.skip(length);
  }

  rest(): void {
    this.#offset = this.#body.length;
  }

  end(): void {
    if (this.#offset !== this.#body.length) this.fail();
  }
}

/** Only a command's tag is checked with a regular expression; a longer text is not a tag. */
const LONGEST_CHECKED = 100;
