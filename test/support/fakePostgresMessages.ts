/**
 * Messages of a PostgreSQL server, right or wrong.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** One message; `length` may lie. */
export function message(type: string, body: Uint8Array = Buffer.alloc(0), length = body.length + 4): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(length >>> 0, 1);
  return Buffer.concat([header, body]);
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);

export const authentication = (code: number, rest: Uint8Array = Buffer.alloc(0)): Buffer =>
  message('R', Buffer.concat([int32(code), rest]));
export const AUTHENTICATED = authentication(0);
export const CLEARTEXT = authentication(3);

export const parameter = (name: string, value: string): Buffer =>
  message('S', Buffer.concat([cstring(name), cstring(value)]));

export const keyData = (pid: number): Buffer => message('K', Buffer.concat([int32(pid), int32(7)]));

export const ready = (status = 'I'): Buffer => message('Z', Buffer.from(status));

export const complete = (tag: string): Buffer => message('C', cstring(tag));

/** Every column is of type text. */
export function description(...names: readonly string[]): Buffer {
  const facts = Buffer.concat([int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]);
  return message(
    'T',
    Buffer.concat([int16(names.length), ...names.flatMap((name) => [cstring(name), facts])]),
  );
}

export function row(...values: readonly (string | null)[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) return int32(-1);
    const bytes = Buffer.from(value);
    return Buffer.concat([int32(bytes.length), bytes]);
  });
  return message('D', Buffer.concat([int16(values.length), ...parts]));
}

/** Fields by their letter: `{ S: 'ERROR', C: '42501', M: 'permission denied' }`. */
export function error(fields: Readonly<Record<string, string>>, type: 'E' | 'N' = 'E'): Buffer {
  const parts = Object.entries(fields).map(([field, text]) => cstring(`${field}${text}`));
  return message(type, Buffer.concat([...parts, Buffer.from([0])]));
}

export const fatal = (sqlstate: string, text: string): Buffer =>
  error({ S: 'FATAL', V: 'FATAL', C: sqlstate, M: text });

export const notice = (text: string): Buffer =>
  error({ S: 'WARNING', V: 'WARNING', C: '01000', M: text }, 'N');

/** `text` or `binary` COPY out with so many columns. */
export const copyOut = (columns: number): Buffer =>
  message(
    'H',
    Buffer.concat([
      Buffer.from([0]),
      int16(columns),
      ...Array.from({ length: Math.max(0, columns) }, () => int16(0)),
    ]),
  );
