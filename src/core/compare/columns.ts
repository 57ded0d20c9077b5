import { holds, typeFit, withoutDomains } from '../catalogue/compat.ts';
import { type ColumnShape, hasBuiltin, type TableShape, type TypeUse } from '../catalogue/shape.ts';
import { columnRecoding } from '../catalogue/texts.ts';
import { type Conversion, type HashedColumn, type RowHash, seedOf } from '../digest/rowHash.ts';
import type { Recoding } from '../postgres/recoding.ts';
import type { Target } from '../target/target.ts';

/** Facts of both databases that decide how to hash in the same way in both. */
export interface BothColumns {
  readonly source: { readonly version: number; readonly encoding: string };
  readonly central: { readonly version: number; readonly encoding: string };
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

/**
 * Decides how the rows of a table are hashed, so that equal rows have equal hashes in both databases.
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
  const terms = new Map<string, HashedColumn>();
  const compared = [...target.columns, ...(computed ? computedAt(central, source) : [])];
  compared.forEach((name, index) => {
    const from = source.columns.find((one) => one.name === name);
    const to = central.columns.find((one) => one.name === name);
    const term = from && to && hashedColumn(from, to, seedOf(index), sides, source.recoding);
    if (term) terms.set(name, term);
    else leftOut.push(name);
  });
  // Columns that central lacks altogether are not among the target's.
  const missing = source.columns.filter((one) => !one.generated && !compared.includes(one.name));
  leftOut.push(...missing.map((one) => one.name));
  const keyTerms = target.key?.flatMap((name) => terms.get(name) ?? []) ?? [];
  const keyed = target.key !== null && keyTerms.length === target.key.length;
  return { row: [...terms.values()], key: keyed ? keyTerms : null, leftOut };
}

/** The source's columns that are generated columns at central. */
export function computedAt(central: TableShape, source: TableShape): readonly string[] {
  const there = central.columns.filter((one) => one.generated).map((one) => one.name);
  return source.columns.map((one) => one.name).filter((name) => there.includes(name));
}

/** How a column is hashed in both databases; null where its types have no common form. */
function hashedColumn(
  from: ColumnShape,
  to: ColumnShape,
  seed: bigint,
  sides: BothColumns,
  recoding: Recoding | null,
): HashedColumn | null {
  const image = bothImages(from, to, sides);
  if (image === null) return null;
  const { type, ...conversions } = image;
  const asUtf8 = sides.source.encoding !== sides.central.encoding;
  return {
    name: from.name,
    type,
    conversions,
    seed,
    notNull: from.notNull,
    asUtf8,
    recoding: columnRecoding(from, recoding),
  };
}

interface Images {
  readonly type: string;
  readonly source: readonly Conversion[];
  readonly central: readonly Conversion[];
}

/** Converts a column's value in both databases to the same built-in type: central's, which a copy converts to. */
function bothImages(from: ColumnShape, to: ColumnShape, sides: BothColumns): Images | null {
  const source = withoutDomains(from);
  const central = withoutDomains(to);
  if (source.own === null && central.own === null) {
    if (source.type === central.type) return { type: central.type, source: plain(from), central: plain(to) };
    if (TAKES_ALL.has(central.type) || holds(central.type, source.type))
      return { type: central.type, source: become(source.type, central.type), central: plain(to) };
    // The source's type was widened meanwhile; the next sync widens central's.
    if (!holds(source.type, central.type)) return null;
    if (SHOWN_BY_TYPE.test(source.type))
      return { type: 'text', source: [...plain(from), 'written'], central: [...plain(to), 'written'] };
    return { type: source.type, source: plain(from), central: widened(central.type, source.type) };
  }
  if (typeFit(from, to) === 'incompatible') return null;
  const differently = sides.source.version < SHORT_FLOATS !== sides.central.version < SHORT_FLOATS;
  if (differently && hasBuiltin(from, isFloat)) return null;
  return { type: 'text', source: asText(source), central: asText(central) };
}

/** The value of a domain is cast to the domain's base type. */
function plain(use: TypeUse): readonly Conversion[] {
  return use.own === null ? [] : [{ cast: withoutDomains(use).type }];
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

function become(from: string, to: string): readonly Conversion[] {
  const direct = CAST_IN_PLACE.test(from) && CAST_IN_PLACE.test(to) && isText(from) === isText(to);
  return direct ? [{ cast: to }] : ['written', { cast: to }];
}

/** Casts as ALTER TABLE will: a char(n) that becomes a varchar loses its blanks. */
function widened(from: string, to: string): readonly Conversion[] {
  return from.startsWith('character') ? [{ cast: to }] : become(from, to);
}

function asText(use: TypeUse): readonly Conversion[] {
  if (use.own === null && isText(use.type)) return [];
  return use.own?.kind === 'enum' ? ['text'] : ['written'];
}

function isFloat(type: string): boolean {
  return /^(real|double precision|point|line|lseg|box|path|polygon|circle)/.test(type);
}
