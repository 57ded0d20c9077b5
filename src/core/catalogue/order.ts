import { withoutDomains } from './compat.ts';
import type { KeyColumn } from './keyIndex.ts';
import type { ColumnShape } from './shape.ts';

/**
 * Types whose values sort alike on every server, whatever its locale and version. All others are taken to sort
 * otherwise: the order of jsonb, arrays, records and ranges is that of the texts inside, by the database's collation,
 * though they have none of their own; an enum's is that of its labels.
 */
const FIXED = new Set([
  'boolean',
  'bytea',
  'uuid',
  'oid',
  'real',
  'double precision',
  'date',
  'time without time zone',
  'time with time zone',
  'timestamp without time zone',
  'timestamp with time zone',
  'interval',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'bit',
  'bit varying',
  'pg_lsn',
]);

/** Types that sort alike among each other, too. */
const NUMBERS = new Set(['smallint', 'integer', 'bigint', 'numeric']);
/** Sort by bytes under C, and alike where both databases have the same encoding. */
const TEXTS = new Set(['text', 'character varying']);
/** Leaves trailing blanks out. */
const PADDED = 'character';

/** Of {@link FIXED}: types of which equal values may look otherwise (-0 and 0, '30 days' and '1 month'). */
const LOOSE = new Set(['real', 'double precision', 'interval']);

/** A column of a key at one server, and how its index compares it. */
export interface OrderedColumn {
  readonly column: ColumnShape;
  readonly index: KeyColumn;
}

/** Whether both servers surely sort a key column alike, so that a range of keys means the same rows on both. */
export function sortsAlike(source: OrderedColumn, central: OrderedColumn): boolean {
  if (!source.index.standard || !central.index.standard) return false;
  const [from, to] = [bareType(source.column), bareType(central.column)];
  if (from === null || to === null) return false;
  if (NUMBERS.has(from) && NUMBERS.has(to)) return true;
  if (from === to && FIXED.has(from)) return true;
  const alike = (TEXTS.has(from) && TEXTS.has(to)) || (from === PADDED && to === PADDED);
  return alike && !source.column.collated && !central.column.collated;
}

/**
 * Whether values of a key column may be equal and look otherwise, so that an equal key has to be written like any
 * other column.
 */
export function isLoose({ column, index }: OrderedColumn): boolean {
  const type = bareType(column);
  if (type === null || !index.deterministic) return true;
  // A number of fixed scale is always written with that scale, blanks are always padded to the same length.
  if (type === 'numeric' || type === PADDED) return !/\(/.test(withoutDomains(column).type);
  return LOOSE.has(type) || !(FIXED.has(type) || NUMBERS.has(type) || TEXTS.has(type));
}

/** `numeric(10,2)` → `numeric`; null for a type that does not come with PostgreSQL. */
function bareType(column: ColumnShape): string | null {
  const { type, own } = withoutDomains(column);
  if (own !== null) return null;
  return type.replace(/\([\d,-]+\)/, '').replace(/^interval .*/, 'interval');
}
