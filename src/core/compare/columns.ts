import { holds, typeFit, withoutDomains } from '../catalogue/compat.ts';
import { type ColumnShape, hasBuiltin, type TableShape, type TypeUse } from '../catalogue/shape.ts';
import { columnRecoding, written } from '../catalogue/texts.ts';
import { builtinSql } from '../catalogue/typeName.ts';
import { ident, own } from '../postgres/quote.ts';
import type { Recoding } from '../postgres/recoding.ts';
import type { Target } from '../target/target.ts';
import { columnHash } from './columnHash.ts';

/** Facts of both databases that decide how to hash in the same way in both. */
export interface BothColumns {
  readonly source: { readonly version: number; readonly encoding: string };
  readonly central: { readonly version: number; readonly encoding: string };
}

/** SQL of a hash (bigint) over columns of the row `t`, for either database. */
export interface RowHash {
  readonly source: string;
  readonly central: string;
}

/** How a table's rows are hashed. */
export interface Hashing {
  readonly row: RowHash;
  /** Null where rows have no key. */
  readonly key: RowHash | null;
  /** Columns that cannot be compared. */
  readonly leftOut: readonly string[];
}

/** Since this version a float is written with the fewest digits that identify it, before with 17. */
const SHORT_FLOATS = 120000;

/** Spreads the seeds over 62 bits: 2⁶⁴ divided by the golden ratio, odd (Knuth, The Art of Computer Programming 6.4). */
const SPREAD = 0x9e3779b97f4a7c15n;

/**
 * Builds the SQL that hashes the rows of a table in both databases.
 *
 * @param computed whether to include columns that central computes itself: we do not write them, but they may differ
 */
export function hashing(
  source: TableShape,
  central: TableShape,
  target: Target,
  sides: BothColumns,
  computed = false,
): Hashing {
  const leftOut: string[] = [];
  const terms = new Map<string, RowHash>();
  const compared = [...target.columns, ...(computed ? computedAt(central, source) : [])];
  compared.forEach((name, index) => {
    const from = source.columns.find((one) => one.name === name);
    const to = central.columns.find((one) => one.name === name);
    const term = from && to && bothHashes(from, to, seedOf(index), sides, source.recoding);
    if (term) terms.set(name, term);
    else leftOut.push(name);
  });
  // Columns that central lacks altogether are not among the target's.
  const missing = source.columns.filter((one) => !one.generated && !compared.includes(one.name));
  leftOut.push(...missing.map((one) => one.name));
  const keyTerms = target.key?.flatMap((name) => terms.get(name) ?? []) ?? [];
  const keyed = target.key !== null && keyTerms.length === target.key.length;
  return { row: mixed([...terms.values()]), key: keyed ? mixed(keyTerms) : null, leftOut };
}

/** The source's columns that are generated columns at central. */
export function computedAt(central: TableShape, source: TableShape): readonly string[] {
  const there = central.columns.filter((one) => one.generated).map((one) => one.name);
  return source.columns.map((one) => one.name).filter((name) => there.includes(name));
}

function seedOf(index: number): bigint {
  // At least 2⁴⁰, so that SQL takes it for a bigint, and adding a scale does not give another column's seed.
  return (((BigInt(index) + 1n) * SPREAD) % 2n ** 62n) | (1n << 40n);
}

/**
 * Combines the columns' hashes to the row's hash. Columns are joined by XOR, which cannot overflow. The result is hashed
 * again, because rows are summed: otherwise values swapped between two rows would cancel out.
 */
function mixed(terms: readonly RowHash[]): RowHash {
  const mix = (sqls: readonly string[]): string =>
    sqls.length === 0
      ? '0::bigint'
      : `pg_catalog.hashtextextended((${joined(sqls)})::pg_catalog.text COLLATE pg_catalog."C", 0)`;
  return { source: mix(terms.map((one) => one.source)), central: mix(terms.map((one) => one.central)) };
}

/** Joins by XOR as a balanced tree: 1,600 operators in a row would exhaust the server's stack. */
function joined(sqls: readonly string[]): string {
  if (sqls.length <= 8) return sqls.join(` ${own('#')} `);
  const half = Math.ceil(sqls.length / 2);
  return `(${joined(sqls.slice(0, half))}) ${own('#')} (${joined(sqls.slice(half))})`;
}

/** A column's hash in both databases; null where its types have no common form. */
function bothHashes(
  from: ColumnShape,
  to: ColumnShape,
  seed: bigint,
  sides: BothColumns,
  recoding: Recoding | null,
): RowHash | null {
  const image = bothImages(from, to, `t.${ident(from.name)}`, sides);
  if (image === null) return null;
  const { notNull } = from;
  const own = columnRecoding(from, recoding);
  const asUtf8 = sides.source.encoding !== sides.central.encoding;
  const style = { seed, notNull, asUtf8, recoded: own !== null };
  return {
    source: columnHash(image.type, image.source, { ...style, recoding: own }),
    central: columnHash(image.type, image.central, { ...style, recoding: null }),
  };
}

interface Images {
  readonly type: string;
  readonly source: string;
  readonly central: string;
}

/** A column's value in both databases as the same built-in type: central's, which a copy converts to. */
function bothImages(from: ColumnShape, to: ColumnShape, value: string, sides: BothColumns): Images | null {
  const source = withoutDomains(from);
  const central = withoutDomains(to);
  if (source.own === null && central.own === null) {
    const plain = (use: TypeUse): string =>
      use.own === null ? value : `${value}::${builtinSql(withoutDomains(use).type)}`;
    if (source.type === central.type) return { type: central.type, source: plain(from), central: plain(to) };
    if (TAKES_ALL.has(central.type) || holds(central.type, source.type))
      return { type: central.type, source: become(value, source.type, central.type), central: plain(to) };
    // The source's type was widened meanwhile; the next sync widens central's.
    if (!holds(source.type, central.type)) return null;
    if (SHOWN_BY_TYPE.test(source.type))
      return { type: 'text', source: written(plain(from)), central: written(plain(to)) };
    return { type: source.type, source: plain(from), central: widened(value, central.type, source.type) };
  }
  if (typeFit(from, to) === 'incompatible') return null;
  const differently = sides.source.version < SHORT_FLOATS !== sides.central.version < SHORT_FLOATS;
  if (differently && hasBuiltin(from, isFloat)) return null;
  return { type: 'text', source: asText(value, source), central: asText(value, central) };
}

/** Types at central that hold any text. A cast to a shorter type would cut off what differs. */
const TAKES_ALL = new Set(['text', 'character varying']);

/** Types that show a value by their own scale or length: 1.5 is 1.50 in one column and 1.5000 in another. */
const SHOWN_BY_TYPE = /^(?:numeric|character)\(/;

function isText(type: string): boolean {
  return type === 'text' || type.startsWith('character varying');
}

/** Types between which a cast keeps the record image. Others are converted through text, as COPY does. */
const CAST_IN_PLACE = /^(smallint|integer|bigint|numeric|character varying|text|timestamp|time)\b/;

function become(value: string, from: string, to: string): string {
  const direct = CAST_IN_PLACE.test(from) && CAST_IN_PLACE.test(to) && isText(from) === isText(to);
  return direct ? `${value}::${builtinSql(to)}` : `(${written(value)})::${builtinSql(to)}`;
}

/** Casts as ALTER TABLE will: a char(n) that becomes a varchar loses its blanks. */
function widened(value: string, from: string, to: string): string {
  return from.startsWith('character') ? `${value}::${builtinSql(to)}` : become(value, from, to);
}

function asText(value: string, use: TypeUse): string {
  if (use.own === null && isText(use.type)) return value;
  return use.own?.kind === 'enum' ? `${value}::pg_catalog.text` : written(value);
}

function isFloat(type: string): boolean {
  return /^(real|double precision|point|line|lseg|box|path|polygon|circle)/.test(type);
}
