import type { CopyFormat } from './rowBlock.ts';

/**
 * Reads the first fields of a COPY row as PostgreSQL would write them as text: the checkpoint's key. Keys are
 * never converted to JavaScript numbers, which round above 2⁵³.
 *
 * @param row the data of one row
 * @param types catalogue types of the key columns, which are the row's first columns
 */
export function keyText(format: CopyFormat, row: Buffer, types: readonly string[]): readonly string[] {
  return format === 'text' ? textFields(row, types.length) : binaryFields(row, types);
}

/** Whether {@link keyText} can read a key column of this type from a binary row. */
export function canDecode(type: string): boolean {
  return decoder(type) !== undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function textFields(row: Buffer, count: number): readonly string[] {
  const fields: string[] = [];
  let start = 0;
  for (let field = 0; field < count; field++) {
    let end = row.indexOf(0x09, start);
    if (end === -1) end = row.length - 1;
    fields.push(
      row.toString('utf8', start, end).replaceAll(/\\(.)/gs, (_, sign: string) => ESCAPES[sign] ?? sign),
    );
    start = end + 1;
  }
  return fields;
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A value as a field of a row in COPY's text format. */
export function copyText(value: string): string {
  return value.replaceAll(/[\\\b\f\n\r\t\v]/g, (sign) => ESCAPED[sign] ?? sign);
}

function binaryFields(row: Buffer, types: readonly string[]): readonly string[] {
  let offset = 2;
  return types.map((type) => {
    const length = row.readInt32BE(offset);
    const decode = decoder(type);
    if (length < 0 || decode === undefined) throw new Error(`A key column of type ${type} cannot be read`);
    const field = row.subarray(offset + 4, offset + 4 + length);
    offset += 4 + length;
    return decode(field);
  });
}

type Decode = (field: Buffer) => string;

function decoder(type: string): Decode | undefined {
  return DECODERS[type.replace(/\([^()]*\)/, '')];
}

const utf8: Decode = (field) => field.toString('utf8');

const DECODERS: Readonly<Record<string, Decode>> = {
  smallint: (field) => String(field.readInt16BE(0)),
  integer: (field) => String(field.readInt32BE(0)),
  bigint: (field) => String(field.readBigInt64BE(0)),
  oid: (field) => String(field.readUInt32BE(0)),
  numeric,
  text: utf8,
  'character varying': utf8,
  character: utf8,
  uuid: (field) => field.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
};

/**
 * Decodes numeric_send's format (PostgreSQL's numeric.c): number of base-10000 digits, weight of the first,
 * sign, digits after the point, then the digits.
 */
function numeric(field: Buffer): string {
  const count = field.readInt16BE(0);
  const weight = field.readInt16BE(2);
  const sign = field.readUInt16BE(4);
  const scale = field.readUInt16BE(6);
  if (sign === 0xc000) return 'NaN';
  if (sign === 0xd000) return 'Infinity';
  if (sign === 0xf000) return '-Infinity';
  const group = (at: number): string => {
    const index = weight - at;
    return index >= 0 && index < count ? String(field.readUInt16BE(8 + 2 * index)).padStart(4, '0') : '0000';
  };
  let whole = '';
  for (let at = weight; at >= 0; at--) whole += group(at);
  let fraction = '';
  for (let at = -1; fraction.length < scale; at--) fraction += group(at);
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  return `${sign === 0x4000 ? '-' : ''}${digits}${scale > 0 ? `.${fraction.slice(0, scale)}` : ''}`;
}
