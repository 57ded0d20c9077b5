import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { TypeUse } from './shape.ts';

/** SQL standard names of types, with the catalogue's names. */
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
 * SQL of a type that does not depend on the search_path: quoted, with its schema, and without its modifier,
 * which values from a column already satisfy. For the server that the use was read from.
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

/** Types in SQL's grammar, which no search path affects, with everything that format_type adds. */
const OF_THE_GRAMMAR = new RegExp(
  `^(?:${[
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'boolean',
    'numeric(?:\\(\\d+,-?\\d+\\))?',
    '(?:character|bit)(?: varying)?(?:\\(\\d+\\))?',
    'time(?:stamp)?(?:\\(\\d\\))? with(?:out)? time zone',
    'interval(?: (?:year|month|day|hour|minute|second|year to month|day to (?:hour|minute|second)|hour to (?:minute|second)|minute to second))?(?:\\(\\d\\))?',
  ].join('|')})$`,
);

/** Any other built-in type: a single word. format_type quotes the two that are also keywords. */
const ONE_WORD = /^(?:(pg_catalog|information_schema)\.)?([a-z_][a-z0-9_]*|"(?:char|bit)")$/;

/** How much of an invalid type name a message shows. */
const LONGEST_SHOWN = 80;

/**
 * SQL of a built-in type, with its modifier, for any server. The text comes from a server that may be
 * hostile, so it is used only if it is nothing but the name of a type.
 *
 * @param type as written by format_type
 * @throws SyncFailure `type_unreadable`
 */
export function builtinSql(type: string): string {
  const element = type.endsWith('[]') ? type.slice(0, -2) : type;
  const array = type.slice(element.length);
  if (OF_THE_GRAMMAR.test(element)) return `${element}${array}`;
  const [, schema = 'pg_catalog', word] = ONE_WORD.exec(element) ?? [];
  if (word !== undefined) return `${schema}.${word}${array}`;
  throw typeUnreadable(type);
}

function typeUnreadable(type: string): SyncFailure {
  const shown = type.length > LONGEST_SHOWN ? `${type.slice(0, LONGEST_SHOWN)}…` : type;
  const { TypeUnreadable: code } = FailureCode;
  return new SyncFailure({ code, kind: FailureKind.Permanent, message: code, params: { type: shown } });
}

/** `(Point,4326)`, `(10,2)`: words and numbers. */
const MODIFIER = /^\((?:[A-Za-z_][A-Za-z0-9_]*|-?\d+)(?:,(?:[A-Za-z_][A-Za-z0-9_]*|-?\d+))*\)$/;

/**
 * SQL of the modifier of an extension's type for any server, validated in the same way.
 *
 * @param modifier as written by format_type; empty if there is none
 * @throws SyncFailure `type_unreadable`
 */
export function modifierSql(modifier: string): string {
  if (modifier !== '' && !MODIFIER.test(modifier)) throw typeUnreadable(modifier);
  return modifier;
}
