const INTEGERS = ['smallint', 'integer', 'bigint'];
const INTEGER_DIGITS = [5, 10, 19];

/** Types whose length or precision may grow; without one it is as large as can be. */
const BY_LENGTH = ['character varying', 'bit varying'];
const BY_PRECISION = [
  'timestamp without time zone',
  'timestamp with time zone',
  'time without time zone',
  'time with time zone',
];
const LARGEST_PRECISION = 6;

/**
 * Whether every value of `narrow` is a value of `wide`, and means the same when it is written as text.
 * Types of different families never hold each other: a number that becomes a text at one branch must not
 * turn head office's column into text.
 */
export function holds(wide: string, narrow: string): boolean {
  const to = parse(wide);
  const from = parse(narrow);
  if (to.array !== from.array) return false;
  if (to.name === 'numeric') return numericHolds(to.modifiers, from);
  const integer = INTEGERS.indexOf(to.name);
  if (integer >= 0) return INTEGERS.includes(from.name) && integer >= INTEGERS.indexOf(from.name);
  if (to.name === 'double precision') return from.name === 'real' || from.name === to.name;
  if (to.name === 'text') return ['character varying', 'character', 'text'].includes(from.name);
  if (to.name === 'character varying' && from.name === 'text') return to.modifiers.length === 0;
  const [most] = to.modifiers;
  // With the blanks that it is padded with.
  if (to.name === 'character varying' && from.name === 'character')
    return most === undefined || (from.modifiers[0] ?? 1) <= most;
  if (to.name !== from.name) return false;
  if (BY_LENGTH.includes(to.name)) return most === undefined || (from.modifiers[0] ?? Infinity) <= most;
  if (to.name === 'character') return (from.modifiers[0] ?? 1) <= (most ?? 1);
  if (BY_PRECISION.includes(to.name))
    return (most ?? LARGEST_PRECISION) >= (from.modifiers[0] ?? LARGEST_PRECISION);
  return wide === narrow;
}

function numericHolds(to: readonly number[], from: Parsed): boolean {
  const [precision, scale = 0] = to;
  const integer = INTEGER_DIGITS[INTEGERS.indexOf(from.name)];
  if (integer !== undefined) return precision === undefined || precision - scale >= integer;
  if (from.name !== 'numeric') return false;
  if (precision === undefined) return true;
  const [fromPrecision, fromScale = 0] = from.modifiers;
  return fromPrecision !== undefined && scale >= fromScale && precision - scale >= fromPrecision - fromScale;
}

interface Parsed {
  readonly name: string;
  readonly modifiers: readonly number[];
  readonly array: boolean;
}

/** `numeric(10,2)` → numeric, [10, 2]; `timestamp(3) without time zone` → timestamp without time zone, [3]. */
function parse(type: string): Parsed {
  const array = type.endsWith('[]');
  const element = array ? type.slice(0, -2) : type;
  const match = /^([^(]+?)\s*\(([\d,-]+)\)(.*)$/.exec(element);
  if (match === null) return { name: element, modifiers: [], array };
  return { name: `${match[1]}${match[3]}`, modifiers: (match[2] ?? '').split(',').map(Number), array };
}
