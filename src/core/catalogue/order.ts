import { withoutDomains } from './compat.ts';
import type { KeyColumn } from './keyIndex.ts';
import type { ColumnShape } from './shape.ts';

/**
 * Types that sort the same on every server, whatever its locale and version. All others are assumed to
 * differ: jsonb, arrays, records and ranges sort the texts in them by the database's collation, although they
 * have none themselves; enums sort by the order of their labels.
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

/** Types that also sort the same among each other. */
const NUMBERS = new Set(['smallint', 'integer', 'bigint', 'numeric']);
/** Sorted by bytes under C, so alike if both databases have the same encoding. */
const TEXTS = new Set(['text', 'character varying']);
/** Ignores trailing blanks. */
const PADDED = 'character';

/** Types in {@link FIXED} whose equal values can have different texts (-0 and 0, '30 days' and '1 month'). */
const LOOSE = new Set(['real', 'double precision', 'interval']);

/** A key column at one server, and how its index compares it. */
export interface OrderedColumn {
  readonly column: ColumnShape;
  readonly index: KeyColumn;
}

/** Whether both servers certainly sort a key column the same way, so that a key range means the same rows on both. */
export function sortsAlike(source: OrderedColumn, central: OrderedColumn): boolean {
  if (!source.index.standard || !central.index.standard) return false;
  const [from, to] = [bareType(source.column), bareType(central.column)];
  if (from === null || to === null) return false;
  if (NUMBERS.has(from) && NUMBERS.has(to)) return true;
  if (from === to && FIXED.has(from)) return true;
  const alike = (TEXTS.has(from) && TEXTS.has(to)) || (from === PADDED && to === PADDED);
  return alike && !source.column.collated && !central.column.collated;
}

/** Whether equal values of a key column can have different texts, so that an equal key must still be written. */
export function isLoose({ column, index }: OrderedColumn): boolean {
  const type = bareType(column);
  if (type === null || !index.deterministic) return true;
  // A number with a fixed scale always has that scale, and blanks are always padded to the same length.
  if (type === 'numeric' || type === PADDED) return !/\(/.test(withoutDomains(column).type);
  return LOOSE.has(type) || !(FIXED.has(type) || NUMBERS.has(type) || TEXTS.has(type));
}

/** `numeric(10,2)` → `numeric`; null for a type that is not built in. */
function bareType(column: ColumnShape): string | null {
  const { type, own } = withoutDomains(column);
  if (own !== null) return null;
  return type.replace(/\([\d,-]+\)/, '').replace(/^interval .*/, 'interval');
}
