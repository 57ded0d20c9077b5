import { written } from '../catalogue/texts.ts';
import { builtinSql } from '../catalogue/typeName.ts';
import { ident, own } from '../postgres/quote.ts';
import type { Recoding } from '../postgres/recoding.ts';
import { columnHash } from './columnHash.ts';

/** The two databases that are compared. */
export type SideName = 'source' | 'central';

/**
 * One step in which a column's value becomes the value that is hashed: a cast to a built-in type, a cast to text, or the
 * text that COPY would send.
 */
export type Conversion = { readonly cast: string } | 'text' | 'written';

/** How one column is hashed, equally in both databases. */
export interface HashedColumn {
  readonly name: string;
  /** The built-in type that the value has after the conversions; it decides the hash function. */
  readonly type: string;
  readonly conversions: Readonly<Record<SideName, readonly Conversion[]>>;
  /** See {@link HashStyle.seed}. */
  readonly seed: bigint;
  readonly notNull: boolean;
  readonly asUtf8: boolean;
  /** How to read the source's texts of this column; null as its server declares them. */
  readonly recoding: Recoding | null;
}

/** The columns whose hashes make up the hash of a row. */
export type RowHash = readonly HashedColumn[];

/** Spreads the seeds over 62 bits: 2⁶⁴ divided by the golden ratio, odd (Knuth, The Art of Computer Programming 6.4). */
const SPREAD = 0x9e3779b97f4a7c15n;

/** The seed of the column at this place of a row. */
export function seedOf(index: number): bigint {
  // At least 2⁴⁰, so that SQL takes it for a bigint, and adding a scale does not give another column's seed.
  return (((BigInt(index) + 1n) * SPREAD) % 2n ** 62n) | (1n << 40n);
}

/**
 * SQL of the hash (bigint) of the row `t` in one of the databases. Columns are joined by XOR, which cannot overflow. The
 * result is hashed again, because rows are summed: otherwise values swapped between two rows would cancel out.
 */
export function rowHashSql(columns: RowHash, side: SideName): string {
  if (columns.length === 0) return '0::bigint';
  const hashes = columns.map((one) => hashedColumnSql(one, side));
  return `pg_catalog.hashtextextended((${joined(hashes)})::pg_catalog.text COLLATE pg_catalog."C", 0)`;
}

function hashedColumnSql(column: HashedColumn, side: SideName): string {
  const { type, seed, notNull, asUtf8, recoding } = column;
  const recoded = recoding !== null;
  return columnHash(type, hashedValue(column, side), {
    seed,
    notNull,
    asUtf8,
    recoded,
    recoding: side === 'source' ? recoding : null,
  });
}

/** SQL of the value of the row `t` that is hashed: the column's, after its conversions. */
export function hashedValue({ name, conversions }: HashedColumn, side: SideName): string {
  return conversions[side].reduce(converted, `t.${ident(name)}`);
}

function converted(value: string, conversion: Conversion): string {
  if (conversion === 'text') return `${value}::pg_catalog.text`;
  return conversion === 'written' ? `(${written(value)})` : `${value}::${builtinSql(conversion.cast)}`;
}

/** Joins by XOR as a balanced tree: 1,600 operators in a row would exhaust the server's stack. */
function joined(sqls: readonly string[]): string {
  if (sqls.length <= 8) return sqls.join(` ${own('#')} `);
  const half = Math.ceil(sqls.length / 2);
  return `(${joined(sqls.slice(0, half))}) ${own('#')} (${joined(sqls.slice(half))})`;
}
