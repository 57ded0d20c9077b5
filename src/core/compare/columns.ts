import { holds, typeFit, withoutDomains } from '../catalogue/compat.ts';
import { type ColumnShape, hasBuiltin, type TableShape, type TypeUse } from '../catalogue/shape.ts';
import { columnRecoding, written } from '../catalogue/texts.ts';
import { builtinSql } from '../catalogue/typeName.ts';
import { ident, own } from '../postgres/quote.ts';
import type { Recoding } from '../postgres/recoding.ts';
import type { Target } from '../target/target.ts';
import { columnHash } from './columnHash.ts';

/** What has to be known of both databases to hash alike on them. */
export interface BothColumns {
  readonly source: { readonly version: number; readonly encoding: string };
  readonly central: { readonly version: number; readonly encoding: string };
}

/** SQL of a hash over columns of the row `t`, a bigint, for either side. */
export interface RowHash {
  readonly source: string;
  readonly central: string;
}

/** How a table's rows are hashed. */
export interface Hashing {
  readonly row: RowHash;
  /** Null where rows have no key. */
  readonly key: RowHash | null;
  /** Columns that cannot be compared, and so say nothing. */
  readonly leftOut: readonly string[];
}

/** Since 12 a float is written with as few digits as tell it apart, before with 17. */
const SHORT_FLOATS = 120000;

/** Spread over 62 bits, odd: 2⁶⁴ divided by the golden ratio (Knuth, The Art of Computer Programming 6.4). */
const SPREAD = 0x9e3779b97f4a7c15n;

/**
 * Puts together how to hash the rows of a table on both sides.
 *
 * @param computed whether columns that central computes itself count, too: nothing is written to them, but they may
 *   differ
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
  // What central lacks altogether is no column of the target.
  const missing = source.columns.filter((one) => !one.generated && !compared.includes(one.name));
  leftOut.push(...missing.map((one) => one.name));
  const keyTerms = target.key?.flatMap((name) => terms.get(name) ?? []) ?? [];
  const keyed = target.key !== null && keyTerms.length === target.key.length;
  return { row: mixed([...terms.values()]), key: keyed ? mixed(keyTerms) : null, leftOut };
}

/** The source's columns that central computes by an expression of its own. */
export function computedAt(central: TableShape, source: TableShape): readonly string[] {
  const there = central.columns.filter((one) => one.generated).map((one) => one.name);
  return source.columns.map((one) => one.name).filter((name) => there.includes(name));
}

function seedOf(index: number): bigint {
  // From 2⁴⁰ up, so that it is a bigint in SQL and a scale added to it meets no other column's.
  return (((BigInt(index) + 1n) * SPREAD) % 2n ** 62n) | (1n << 40n);
}

/**
 * One row's hash out of its columns'. Columns are joined by XOR, which cannot overflow; then the whole is
 * mixed again, because hashes are summed up over rows: values swapped between two rows would cancel out.
 */
function mixed(terms: readonly RowHash[]): RowHash {
  const mix = (sqls: readonly string[]): string =>
    sqls.length === 0
      ? '0::bigint'
      : `pg_catalog.hashtextextended((${joined(sqls)})::pg_catalog.text COLLATE pg_catalog."C", 0)`;
  return { source: mix(terms.map((one) => one.source)), central: mix(terms.map((one) => one.central)) };
}

/** As a balanced tree: 1,600 operators in a row would exhaust the server's stack. */
function joined(sqls: readonly string[]): string {
  if (sqls.length <= 8) return sqls.join(` ${own('#')} `);
  const half = Math.ceil(sqls.length / 2);
  return `(${joined(sqls.slice(0, half))}) ${own('#')} (${joined(sqls.slice(half))})`;
}

/** A column's hash on both sides, or null where there is no form that is the same on both. */
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

/** A value on both sides as the same built-in type: central's, since that is what a copy makes of it. */
function bothImages(from: ColumnShape, to: ColumnShape, value: string, sides: BothColumns): Images | null {
  const source = withoutDomains(from);
  const central = withoutDomains(to);
  if (source.own === null && central.own === null) {
    const plain = (use: TypeUse): string =>
      use.own === null ? value : `${value}::${builtinSql(withoutDomains(use).type)}`;
    if (source.type === central.type) return { type: central.type, source: plain(from), central: plain(to) };
    if (TAKES_ALL.has(central.type) || holds(central.type, source.type))
      return { type: central.type, source: become(value, source.type, central.type), central: plain(to) };
    // The source's type has become wider since; central follows at the next sync.
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

/** Types of central's in which every text fits: a cast to a shorter one would cut what differs. */
const TAKES_ALL = new Set(['text', 'character varying']);

/** Types that show a value by their own scale or length: 1.5 is 1.50 in one column and 1.5000 in another. */
const SHOWN_BY_TYPE = /^(?:numeric|character)\(/;

function isText(type: string): boolean {
  return type === 'text' || type.startsWith('character varying');
}

/** Types between which a cast keeps the image; others go by their text, as they do in COPY. */
const CAST_IN_PLACE = /^(smallint|integer|bigint|numeric|character varying|text|timestamp|time)\b/;

function become(value: string, from: string, to: string): string {
  const direct = CAST_IN_PLACE.test(from) && CAST_IN_PLACE.test(to) && isText(from) === isText(to);
  return direct ? `${value}::${builtinSql(to)}` : `(${written(value)})::${builtinSql(to)}`;
}

/** As ALTER TABLE will make it: a char(n) that becomes a varchar loses its blanks. */
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
