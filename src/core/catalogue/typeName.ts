import { ident, qualified } from '../postgres/quote.ts';
import type { TypeUse } from './shape.ts';

/** What the SQL standard calls a type, and what the catalogue does. */
const CATALOGUE_NAMES: Readonly<Record<string, string>> = {
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'bool',
  'character varying': 'varchar',
  character: 'bpchar',
  'bit varying': 'varbit',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
};

/**
 * A type as SQL that means the same whatever the search_path: with its schema, quoted, and without its modifier,
 * which a value that comes from a column of the type has had already. For the server that the use was read from.
 */
export function typeName({ type, own }: TypeUse): string {
  if (own === null) return builtinName(type);
  switch (own.kind) {
    case 'domain':
      return typeName(own.base);
    case 'array':
      return `${typeName(own.element)}[]`;
    default:
      return qualified(own.schema, own.name);
  }
}

function builtinName(type: string): string {
  if (type.endsWith('[]')) return `${builtinName(type.slice(0, -2))}[]`;
  const plain = plainName(type);
  return `pg_catalog.${ident(CATALOGUE_NAMES[plain] ?? plain)}`;
}

/** `numeric(10,2)` → `numeric`, `interval day to second(3)` → `interval`, `"char"` → `char`. */
function plainName(type: string): string {
  const name = type
    .replace(/\([^()]*\)/, '')
    .replace(/^pg_catalog\./, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (name === 'interval' || name.startsWith('interval ')) return 'interval';
  return /^"[^"]+"$/.test(name) ? name.slice(1, -1) : name;
}
