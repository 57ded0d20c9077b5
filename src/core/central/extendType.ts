import { typeFit } from '../catalogue/compat.ts';
import type { TypeField, TypeUse } from '../catalogue/shape.ts';
import { literal, qualified } from '../postgres/quote.ts';

/** Says what type an attribute gets at central. */
export interface FieldTypes {
  field(field: TypeField): string;
}

/**
 * SQL that gives central's type what the source's type of the same make has got since: labels of an enum,
 * last attributes of a composite; and so for the types inside it.
 */
export function extendType(source: TypeUse, central: TypeUse, types: FieldTypes): readonly string[] {
  if (typeFit(source, central) !== 'extended') return [];
  const from = source.own;
  const to = central.own;
  if (from?.kind === 'domain') return extendType(from.base, central, types);
  if (to?.kind === 'domain') return extendType(source, to.base, types);
  if (from?.kind === 'array' && to?.kind === 'array') return extendType(from.element, to.element, types);
  if (from?.kind === 'range' && to?.kind === 'range') return extendType(from.subtype, to.subtype, types);
  if (from?.kind === 'multirange' && to?.kind === 'multirange')
    return extendType(from.range.subtype, to.range.subtype, types);
  if (from?.kind === 'enum' && to?.kind === 'enum') {
    return addLabels(qualified(to.schema, to.name), from.labels, to.labels);
  }
  if (from?.kind !== 'composite' || to?.kind !== 'composite') return [];
  const name = qualified(to.schema, to.name);
  const inner = to.fields.flatMap((field, index) => extendType(from.fields[index] ?? field, field, types));
  const added = from.fields.slice(to.fields.length);
  return [...inner, ...added.map((field) => `ALTER TYPE ${name} ADD ATTRIBUTE ${types.field(field)}`)];
}

/**
 * Adds the labels that are missing, each behind the one that it follows at the source, so that sorting
 * by the column gives the same order there and here. A label renamed at the source is a new one here, and
 * the old one stays: which became which cannot be known, and other branches may have it still.
 */
function addLabels(type: string, wanted: readonly string[], there: readonly string[]): readonly string[] {
  return wanted.flatMap((label, index) => {
    if (there.includes(label)) return [];
    const before = wanted[index - 1];
    const first = there[0];
    const place =
      before !== undefined
        ? ` AFTER ${literal(before)}`
        : first !== undefined
          ? ` BEFORE ${literal(first)}`
          : '';
    return [`ALTER TYPE ${type} ADD VALUE IF NOT EXISTS ${literal(label)}${place}`];
  });
}
