import type { ColumnShape } from './shape.ts';

/** How a source column fits the central column of the same name. */
export type Fit =
  /** Same built-in type: bytes may pass in binary. */
  | 'same'
  /** Every value fits; it passes as text. */
  | 'lossless'
  /** The source's type has become wider: central follows. */
  | 'widened'
  | 'incompatible';

/** The type that central gets for a source column. Enums keep their name, in `schema`. */
export function centralType(source: ColumnShape, enumType: (name: string) => string): string {
  if (source.kind === 'builtin') return source.type;
  if (source.kind === 'enum' && source.enumName !== null) return enumType(source.enumName);
  if (source.kind === 'domain' && source.baseType !== null) return source.baseType;
  // Types of the source's own: their text form says everything, and head office need not have the type.
  return 'text';
}

/** Compares the types of a column on both sides. */
export function typeFit(source: ColumnShape, central: ColumnShape): Fit {
  const from = source.kind === 'domain' && source.baseType !== null ? source.baseType : source.type;
  if (central.type === 'text') return source.type === 'text' ? 'same' : 'lossless';
  if (source.kind === 'enum' || central.kind === 'enum') {
    return source.kind === 'enum' && central.kind === 'enum' ? 'lossless' : 'incompatible';
  }
  if (central.kind !== 'builtin' || source.kind === 'other') return 'incompatible';
  if (from === central.type) return source.kind === 'builtin' ? 'same' : 'lossless';
  if (holds(central.type, from)) return 'lossless';
  return holds(from, central.type) ? 'widened' : 'incompatible';
}

const INTEGERS = ['smallint', 'integer', 'bigint'];
const INTEGER_DIGITS = [5, 10, 19];

/** Whether every value of `narrow` is a value of `wide`, written the same. */
function holds(wide: string, narrow: string): boolean {
  const to = parse(wide);
  const from = parse(narrow);
  const integerTo = INTEGERS.indexOf(to.name);
  const integerFrom = INTEGERS.indexOf(from.name);
  if (integerFrom >= 0 && integerTo >= 0) return integerTo >= integerFrom;
  if (to.name === 'numeric') {
    const [precision, scale = 0] = to.modifiers;
    if (integerFrom >= 0)
      return precision === undefined || precision - scale >= (INTEGER_DIGITS[integerFrom] ?? 19);
    if (from.name !== 'numeric') return false;
    if (precision === undefined) return true;
    const [fromPrecision, fromScale = 0] = from.modifiers;
    return (
      fromPrecision !== undefined && scale >= fromScale && precision - scale >= fromPrecision - fromScale
    );
  }
  if (to.name === 'character varying') {
    const [length] = to.modifiers;
    if (from.name !== 'character varying') return false;
    return length === undefined || (from.modifiers[0] ?? Number.POSITIVE_INFINITY) <= length;
  }
  if (to.name === 'timestamp without time zone' || to.name === 'timestamp with time zone') {
    // timestamp(0) → timestamp(3) → timestamp
    return from.name === to.name && (to.modifiers[0] ?? 6) >= (from.modifiers[0] ?? 6);
  }
  return false;
}

/** `numeric(10,2)` → numeric, [10, 2]; `timestamp(3) without time zone` → timestamp without time zone, [3]. */
function parse(type: string): { readonly name: string; readonly modifiers: readonly number[] } {
  const match = /^([^(]+?)\s*\(([\d,-]+)\)(.*)$/.exec(type);
  if (match === null) return { name: type, modifiers: [] };
  return { name: `${match[1]}${match[3]}`, modifiers: (match[2] ?? '').split(',').map(Number) };
}
