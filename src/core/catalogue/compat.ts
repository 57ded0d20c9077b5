import { hasBuiltin, type OwnType, type RangeType, type TypeField, type TypeUse } from './shape.ts';

/** How a source column fits the central column of the same name. */
export type Fit =
  /** Same type: values can be sent in binary. */
  | 'same'
  /** Every value fits, but must be sent as text. */
  | 'lossless'
  /** Central's type, or one inside it, lacks enum labels or last attributes of a composite: they are added. */
  | 'extended'
  /** The source's type has become wider: central's is changed too. */
  | 'widened'
  | 'incompatible';

/**
 * Types whose binary form is not valid on another server: object ids; and XML, which the server rewrites on
 * binary output.
 */
const BYTES_STAY = new Set([
  'xml',
  'regproc',
  'regprocedure',
  'regoper',
  'regoperator',
  'regclass',
  'regcollation',
  'regtype',
  'regrole',
  'regnamespace',
  'regconfig',
  'regdictionary',
  'aclitem',
]);

/** Compares the types of a column on both sides. */
export function typeFit(source: TypeUse, central: TypeUse): Fit {
  const from = withoutDomains(source);
  const to = withoutDomains(central);
  if (to.own === null && (to.type === 'text' || to.type === 'character varying')) {
    return from.type === to.type ? 'same' : 'lossless';
  }
  if (to.own === null && from.own === null) {
    const fit = builtinFit(from.type, to.type, central.own === null);
    return fit === 'same' && (isArray(source) || isArray(central)) ? 'lossless' : fit;
  }
  if (to.own === null || from.own === null) return 'incompatible';
  return ownFit(from.own, to.own);
}

/**
 * Removes domains: a domain is its base type with conditions. Central never gets the conditions: they were
 * checked at the branch, and a later ALTER DOMAIN there must not make central refuse rows.
 */
export function withoutDomains(use: TypeUse): TypeUse {
  if (use.own?.kind === 'domain') return withoutDomains(use.own.base);
  if (use.own?.kind !== 'array') return use;
  const element = withoutDomains(use.own.element);
  // The text of an array of a domain over arrays differs from that of a multidimensional array.
  if (element.own !== null || element.type.endsWith('[]')) return { ...use, own: { kind: 'array', element } };
  return { type: `${element.type}[]`, own: null };
}

/** Whether a type is an array of a user-defined type. */
function isArray({ own }: TypeUse): boolean {
  return own?.kind === 'array' || (own?.kind === 'domain' && isArray(own.base));
}

/** @param mayWiden false for a column of head office's own domain, which a change of its type would remove */
function builtinFit(from: string, to: string, mayWiden: boolean): Fit {
  if (from === to) return BYTES_STAY.has(from.replace(/\[\]$/, '')) ? 'lossless' : 'same';
  if (holds(to, from)) return 'lossless';
  return mayWiden && holds(from, to) ? 'widened' : 'incompatible';
}

/** Since version 17 an interval may be infinite; its bytes are those of the longest interval of older servers. */
const INFINITE_INTERVALS = 170000;

/**
 * Whether the source has values of this type whose bytes mean another value to central. They must be sent as
 * text, which central refuses if it does not know the value. The opposite direction cannot be helped: the
 * longest interval of an older server is infinite to version 17 as text too, and verify reports the
 * difference.
 *
 * Other new binary values need nothing, because older servers refuse them (an infinite numeric before 14, a
 * new jsonpath method).
 */
export function isMisread(use: TypeUse, source: number, central: number): boolean {
  return source >= INFINITE_INTERVALS && central < INFINITE_INTERVALS && hasBuiltin(use, isInterval);
}

function isInterval(type: string): boolean {
  return type.startsWith('interval');
}

function ownFit(from: OwnType, to: OwnType): Fit {
  if (from.kind === 'enum' && to.kind === 'enum') {
    // The binary form of an enum is its label.
    return from.labels.every((label) => to.labels.includes(label)) ? 'same' : 'extended';
  }
  if (from.kind === 'array' && to.kind === 'array') return inside(typeFit(from.element, to.element));
  if (from.kind === 'composite' && to.kind === 'composite') return fieldsFit(from.fields, to.fields);
  if (from.kind === 'range' && to.kind === 'range') return rangeFit(from, to);
  if (from.kind === 'multirange' && to.kind === 'multirange') return rangeFit(from.range, to.range);
  if (from.kind === 'extension' && to.kind === 'extension') {
    const alike = from.extension === to.extension && from.name === to.name;
    return alike && (to.modifier === '' || to.modifier === from.modifier) ? 'lossless' : 'incompatible';
  }
  return 'incompatible';
}

/**
 * The binary form of arrays, composites and ranges contains type ids, so it cannot be used; and a type that
 * is in use inside another cannot be widened.
 */
function inside(fit: Fit): Fit {
  if (fit === 'same') return 'lossless';
  return fit === 'widened' ? 'incompatible' : fit;
}

function fieldsFit(from: readonly TypeField[], to: readonly TypeField[]): Fit {
  const pairs = to.map((field, index) => {
    const other = from[index];
    return other?.name === field.name ? inside(typeFit(other, field)) : 'incompatible';
  });
  if (pairs.includes('incompatible')) return 'incompatible';
  return from.length > to.length || pairs.includes('extended') ? 'extended' : 'lossless';
}

/** Why two composite types do not fit. */
export type AttributeMisfit =
  /** An attribute with the same name and position has another type. */
  | { readonly kind: 'type'; readonly path: readonly string[]; readonly from: TypeUse; readonly to: TypeUse }
  /** An attribute of central's type is missing at the source, or at another position. */
  | {
      readonly kind: 'attributes';
      readonly path: readonly string[];
      readonly from: readonly TypeField[];
      readonly to: readonly TypeField[];
    };

/** The first attribute, at any depth, that makes two types incompatible; null if the reason is something else. */
export function attributeMisfit(
  source: TypeUse,
  central: TypeUse,
  path: readonly string[] = [],
): AttributeMisfit | null {
  const from = withoutDomains(source).own;
  const to = withoutDomains(central).own;
  if (from?.kind === 'array' && to?.kind === 'array') return attributeMisfit(from.element, to.element, path);
  if (from?.kind === 'range' && to?.kind === 'range') return attributeMisfit(from.subtype, to.subtype, path);
  if (from?.kind === 'multirange' && to?.kind === 'multirange')
    return attributeMisfit(from.range.subtype, to.range.subtype, path);
  if (from?.kind !== 'composite' || to?.kind !== 'composite') return null;
  if (to.fields.some((field, index) => from.fields[index]?.name !== field.name))
    return { kind: 'attributes', path, from: from.fields, to: to.fields };
  for (const [index, field] of to.fields.entries()) {
    const other = from.fields[index] ?? field;
    if (inside(typeFit(other, field)) !== 'incompatible') continue;
    const at = [...path, field.name];
    return attributeMisfit(other, field, at) ?? { kind: 'type', path: at, from: other, to: field };
  }
  return null;
}

/** A type in a sentence, with the base type of a domain or the subtype of a range added. */
export function typeWords({ type, own }: TypeUse): string {
  if (own?.kind === 'domain') return `${type} (${typeWords(own.base)})`;
  if (own?.kind === 'range') return `${type} (${typeWords(own.subtype)})`;
  if (own?.kind === 'multirange') return `${type} (${typeWords(own.range.subtype)})`;
  return type;
}

/**
 * Ranges can be extended together with their subtype. The subtype must sort alike on both sides: otherwise
 * head office would refuse a range, or merge ranges of a multirange that are separate at the branch.
 */
function rangeFit(from: RangeType, to: RangeType): Fit {
  const alike = from.portable && to.portable && from.collation === to.collation;
  if (!alike || !sortAlike(from.subtype, to.subtype)) return 'incompatible';
  // User-defined types are not compared by name, because the name contains the schema, which differs.
  if (from.subtype.own === null && from.subtype.type !== to.subtype.type) return 'incompatible';
  return inside(typeFit(from.subtype, to.subtype));
}

/** Whether the enums of both types (or inside them) have their common labels in the same order. */
export function sortAlike(source: TypeUse, central: TypeUse): boolean {
  const from = withoutDomains(source).own;
  const to = withoutDomains(central).own;
  if (from?.kind === 'enum' && to?.kind === 'enum') {
    const shared = (labels: readonly string[], others: readonly string[]): readonly string[] =>
      labels.filter((one) => others.includes(one));
    const there = shared(to.labels, from.labels);
    return shared(from.labels, to.labels).every((label, place) => label === there[place]);
  }
  if (from?.kind === 'array' && to?.kind === 'array') return sortAlike(from.element, to.element);
  if (from?.kind === 'composite' && to?.kind === 'composite')
    return from.fields.every((field, place) => sortAlike(field, to.fields[place] ?? field));
  if (from?.kind === 'range' && to?.kind === 'range') return sortAlike(from.subtype, to.subtype);
  if (from?.kind === 'multirange' && to?.kind === 'multirange')
    return sortAlike(from.range.subtype, to.range.subtype);
  return true;
}

const INTEGERS = ['smallint', 'integer', 'bigint'];
const INTEGER_DIGITS = [5, 10, 19];

/** Types whose length or precision can be increased. Without a modifier they are unlimited. */
const BY_LENGTH = ['character varying', 'bit varying'];
const BY_PRECISION = [
  'timestamp without time zone',
  'timestamp with time zone',
  'time without time zone',
  'time with time zone',
];
const LARGEST_PRECISION = 6;

/**
 * Whether every value of `narrow` is also a value of `wide`, with the same meaning as text. Never true across
 * families: a number that becomes text at one branch must not turn head office's column into text.
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
  // Including the blanks that it is padded with.
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
  const match = /^([^(]+)\(([\d,-]+)\)(.*)$/.exec(element);
  if (match === null) return { name: element, modifiers: [], array };
  const name = `${match[1]?.trimEnd()}${match[3]}`;
  return { name, modifiers: (match[2] ?? '').split(',').map(Number), array };
}
