import { written } from '../catalogue/texts.ts';
import { own } from '../postgres/quote.ts';
import { type Recoding, utf8Bytes } from '../postgres/recoding.ts';

/**
 * SQL for the hash of one column, made so that it tells apart whatever a copy could get wrong, and is the
 * same on every PostgreSQL since 11, whatever its settings. A type's own hash function serves only where
 * equal hashes mean equal images; where it does not (1.0 and 1.00, -0 and 0, '30 days' and '1 month' hash
 * alike, an enum hashes its oid), the bytes of its binary form are hashed, or its text.
 *
 * All of it is of pg_catalog, by name: a view is read under the role's search path, in which others may have put
 * functions and operators of the same names.
 *
 * The functions are called one by one and not over a record: the record's own hash leaves out the sign and
 * the scale of numbers, adds columns up so that values swapped between two rows cancel out, needs 14, and
 * is a tenth slower (measured over 25 columns).
 */

/** How a column's hash is made. */
export interface HashStyle {
  /** Differs by column, so that equal values in two columns do not cancel out. Far above any scale that is added to it. */
  readonly seed: bigint;
  /** The databases' encodings differ, so texts are hashed as UTF-8. */
  readonly asUtf8: boolean;
  /** How to read this database's texts; null as the server declares them. */
  readonly recoding: Recoding | null;
  /** The column's texts have another encoding than one of the databases declares, so its binary form is not hashed. */
  readonly recoded: boolean;
  /** NOT NULL at the source. A NULL at central then makes the row's hash NULL, which the sum leaves out. */
  readonly notNull: boolean;
}

/** Send functions, by type, whose binary form represents the value completely. */
const SENDS: Readonly<Record<string, string>> = {
  date: 'date_send',
  'time without time zone': 'time_send',
  'time with time zone': 'timetz_send',
  real: 'float4send',
  'double precision': 'float8send',
  money: 'cash_send',
  oid: 'oidsend',
  '"char"': 'charsend',
  inet: 'inet_send',
  cidr: 'cidr_send',
  macaddr: 'macaddr_send',
  macaddr8: 'macaddr8_send',
  bit: 'bit_send',
  'bit varying': 'varbit_send',
  point: 'point_send',
  line: 'line_send',
  lseg: 'lseg_send',
  box: 'box_send',
  path: 'path_send',
  polygon: 'poly_send',
  circle: 'circle_send',
  int4range: 'range_send',
  int8range: 'range_send',
  numrange: 'range_send',
  tsrange: 'range_send',
  tstzrange: 'range_send',
  daterange: 'range_send',
  int4multirange: 'multirange_send',
  int8multirange: 'multirange_send',
  nummultirange: 'multirange_send',
  tsmultirange: 'multirange_send',
  tstzmultirange: 'multirange_send',
  datemultirange: 'multirange_send',
};

/** Arrays of these are hashed as text: object ids mean nothing on another server, nor an infinite interval before 17. */
const HASHED_AS_TEXT = /^(reg|xml|interval)/;

/**
 * @param type a type that comes with every PostgreSQL, as format_type writes it
 * @param value SQL of a value of that type
 * @returns SQL of a bigint
 */
export function columnHash(type: string, value: string, style: HashStyle): string {
  const hash = hashOf(type, value, style);
  return style.notNull ? `(${hash})` : `coalesce(${hash}, ${style.seed + 1n})`;
}

function hashOf(type: string, value: string, style: HashStyle): string {
  const { seed } = style;
  const name = type.replace(/\([\d,-]+\)/, '');
  switch (name) {
    case 'smallint':
      return `pg_catalog.hashint2extended(${value}, ${seed})`;
    case 'integer':
      return `pg_catalog.hashint4extended(${value}, ${seed})`;
    case 'bigint':
      // PostgreSQL's hash folds both halves into one, so that 1 and 2³² would be equal. So the upper half is hashed as well.
      return `pg_catalog.hashint8extended(${value}, ${seed}) ${own('#')} pg_catalog.hashint4extended((${value} ${own('>>')} 32)::integer, ${seed + 2n})`;
    case 'numeric':
      return numericHash(type, value, seed);
    case 'boolean':
      return `pg_catalog.hashint4extended((${value})::integer, ${seed})`;
    case 'uuid':
      return `pg_catalog.uuid_hash_extended(${value}, ${seed})`;
    case 'timestamp without time zone':
      return `pg_catalog.timestamp_hash_extended(${value}, ${seed})`;
    case 'timestamp with time zone':
      return `pg_catalog.timestamp_hash_extended(${value} AT TIME ZONE 'UTC', ${seed})`;
    case 'text':
    case 'character varying':
      return textHash(value, style);
    case 'character':
      // The hash leaves out trailing blanks. Values are always padded to the same length, so none is lost.
      return style.asUtf8 || style.recoded
        ? textHash(`(${value})::pg_catalog.text`, style)
        : `pg_catalog.hashbpcharextended(${value} COLLATE pg_catalog."C", ${seed})`;
    case 'bytea':
      return bytesHash(value, seed);
    default:
      return otherHash(name, value, style);
  }
}

/** PostgreSQL's hash of a number ignores sign and scale; scale() is NULL for NaN and infinities, which use their text. */
function numericHash(type: string, value: string, seed: bigint): string {
  const signed = (hash: string): string =>
    `CASE WHEN ${value} ${own('<')} 0 THEN ${own('~')} ${hash} ELSE ${hash} END`;
  if (type !== 'numeric') return signed(`pg_catalog.hash_numeric_extended(${value}, ${seed})`);
  const special = `pg_catalog.hashtextextended((${value})::pg_catalog.text COLLATE pg_catalog."C", ${seed})`;
  return `coalesce(${signed(`pg_catalog.hash_numeric_extended(${value}, ${seed} ${own('+')} pg_catalog.scale(${value}))`)}, ${special})`;
}

/** Uses the collation "C", since a nondeterministic one would hash different texts to the same value. */
function textHash(value: string, { seed, asUtf8, recoding, recoded }: HashStyle): string {
  return asUtf8 || recoded
    ? bytesHash(utf8Bytes(`(${value})::pg_catalog.text`, recoding), seed)
    : `pg_catalog.hashtextextended((${value})::pg_catalog.text COLLATE pg_catalog."C", ${seed})`;
}

/** Before 18 SQL cannot call the hash function of bytea, but it can hash an array of bytea. */
function bytesHash(value: string, seed: bigint): string {
  return `pg_catalog.hash_array_extended(ARRAY[${value}], ${seed})`;
}

function otherHash(name: string, value: string, style: HashStyle): string {
  if (name.endsWith('[]') && !HASHED_AS_TEXT.test(name) && !style.recoded)
    return bytesHash(`pg_catalog.array_send(${value})`, style.seed);
  // Infinite intervals exist since 17. Their bytes are those of the longest finite interval on older servers.
  if (name === 'interval') {
    const hash = bytesHash(`pg_catalog.interval_send(${value})`, style.seed);
    return `CASE WHEN pg_catalog.isfinite(${value}) THEN ${hash} ELSE ${own('~')} ${hash} END`;
  }
  const send = SENDS[name];
  if (send !== undefined) return bytesHash(`pg_catalog.${send}(${value})`, style.seed);
  return textHash(written(value), style);
}
