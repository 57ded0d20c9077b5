import { z } from 'zod';
import { ident, qualified } from '../postgres/quote.ts';
import { serverName } from '../postgres/readJson.ts';
import { withoutDomains } from './compat.ts';
import { digestOf } from './memory.ts';
import type { ColumnShape, TypeUse } from './shape.ts';
import { typeName } from './typeName.ts';
import { FIRST_USER_OID } from './types.ts';

/**
 * How the index of a key compares one of its columns: with the schema-qualified operators of the index's own
 * operator class. A plain `>` depends on the search_path: for a citext key under an empty path it would be
 * text's, which sorts differently from the index.
 */
export interface KeyColumn {
  readonly name: string;
  /** SQL of the operators' argument type; values are cast to it. */
  readonly type: string;
  /** Whether the column's type differs from the operators': a domain, or varchar for text. */
  readonly cast: boolean;
  /** SQL such as `OPERATOR(schema.<)`. */
  readonly operators: KeyOperators;
  /** Whether the operator class is not the type's default, so that ORDER BY must name its operator. */
  readonly using: boolean;
  /** SQL of the index's collation, if it differs from the column's. */
  readonly collation: string | null;
  /** Whether it uses PostgreSQL's default operator class and the column's own collation. */
  readonly standard: boolean;
  /** False for a collation under which different texts can be equal. */
  readonly deterministic: boolean;
  /** Everything that determines the order. Stored in the checkpoint, whose last key is valid only in this order. */
  readonly definition: string;
}

/** By B-tree strategy number: less, less or equal, equal, greater or equal, greater. */
export interface KeyOperators {
  readonly less: string;
  readonly atMost: string;
  readonly equal: string;
  readonly atLeast: string;
  readonly greater: string;
}

/**
 * An index column that does not compare by its type's default, as {@link specialColumnsSql} returns it:
 * schema and name of the operators, by strategy; of their argument type (null for a polymorphic one: any
 * enum, array, range or record); whether the class is the type's default; schema and name of the collation;
 * whether it differs from the column's; whether it is deterministic.
 */
const pair = z.tuple([serverName, serverName]);
const rawSpecial = z.tuple([
  z.array(pair).nullable(),
  pair.nullable(),
  z.boolean(),
  pair.nullable(),
  z.boolean(),
  z.boolean(),
]);
type RawSpecial = z.output<typeof rawSpecial>;

/** Null if every column compares by its type's default; single entries are null for columns that do. */
export const rawSpecials = z.array(rawSpecial.nullable()).nullable();

/** OIDs of collations that need no COLLATE in our comparisons: none, the database's default, C and POSIX. */
const COMMON_COLLATIONS = '0,100,950,951';

/** SQL of {@link rawSpecials} for the index `i`. Returns nothing for an index that is not a B-tree. */
export function specialColumnsSql(version: number): string {
  const deterministic = version >= 120000 ? 'l.collisdeterministic' : 'true';
  return `(SELECT CASE WHEN pg_catalog.bool_or(x.special) THEN pg_catalog.json_agg(CASE WHEN x.special THEN pg_catalog.json_build_array(
      (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(pn.nspname, p.oprname) ORDER BY m.amopstrategy) FROM pg_catalog.pg_amop m
        JOIN pg_catalog.pg_operator p ON p.oid OPERATOR(pg_catalog.=) m.amopopr JOIN pg_catalog.pg_namespace pn ON pn.oid OPERATOR(pg_catalog.=) p.oprnamespace
        WHERE m.amopfamily OPERATOR(pg_catalog.=) x.opcfamily AND m.amoplefttype OPERATOR(pg_catalog.=) x.opcintype AND m.amoprighttype OPERATOR(pg_catalog.=) x.opcintype
          AND m.amoppurpose OPERATOR(pg_catalog.=) 's'),
      (SELECT pg_catalog.json_build_array(tn.nspname, t.typname) FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.typnamespace
        WHERE t.oid OPERATOR(pg_catalog.=) x.opcintype AND t.typtype OPERATOR(pg_catalog.<>) 'p'),
      x.opcdefault,
      (SELECT pg_catalog.json_build_array(ln.nspname, l.collname) FROM pg_catalog.pg_collation l
        JOIN pg_catalog.pg_namespace ln ON ln.oid OPERATOR(pg_catalog.=) l.collnamespace WHERE l.oid OPERATOR(pg_catalog.=) x.coll),
      x.other,
      coalesce((SELECT ${deterministic} FROM pg_catalog.pg_collation l WHERE l.oid OPERATOR(pg_catalog.=) x.coll), true)) END ORDER BY x.place) END
    FROM (SELECT k.place, o.opcfamily, o.opcintype, o.opcdefault, i.indcollation[k.place] AS coll,
        i.indcollation[k.place] OPERATOR(pg_catalog.<>) a.attcollation AS other,
        NOT o.opcdefault OR o.oid OPERATOR(pg_catalog.>=) ${FIRST_USER_OID} OR i.indcollation[k.place] OPERATOR(pg_catalog.<>) a.attcollation
          OR i.indcollation[k.place] OPERATOR(pg_catalog.<>) ALL ('{${COMMON_COLLATIONS}}') AS special
      FROM pg_catalog.generate_series(0, i.indnkeyatts OPERATOR(pg_catalog.-) 1) AS k(place)
      JOIN pg_catalog.pg_opclass o ON o.oid OPERATOR(pg_catalog.=) i.indclass[k.place] JOIN pg_catalog.pg_am m ON m.oid OPERATOR(pg_catalog.=) o.opcmethod AND m.amname OPERATOR(pg_catalog.=) 'btree'
      JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.=) i.indkey[k.place]) x)`;
}

const STRATEGIES = 5;

/** All characters that PostgreSQL allows in an operator's name, without the start of a comment. */
const OPERATOR = /^(?!.*(?:--|\/\*))[-+*/<>=~!@#%^&|`?]+$/;

/** The columns of a key's index; null if one lacks an operator, so that the key does not order rows. */
export function keyColumns(
  columns: readonly ColumnShape[],
  specials: z.output<typeof rawSpecials>,
): readonly KeyColumn[] | null {
  const found = columns.map((column, place) => {
    const special = specials?.[place] ?? null;
    return special === null ? standardColumn(column) : specialColumn(column, special);
  });
  return found.every((one) => one !== null) ? found : null;
}

function standardColumn(column: ColumnShape): KeyColumn {
  const type = typeName(withoutDomains(column));
  return {
    name: column.name,
    type,
    cast: column.own?.kind === 'domain',
    operators: named(['<', '<=', '=', '>=', '>'].map((name) => ['pg_catalog', name] as const)),
    using: false,
    collation: null,
    standard: true,
    deterministic: true,
    definition: [
      ident(column.name),
      type,
      ...(column.collated ? ['collated'] : []),
      ...labelsIn(column),
    ].join(' '),
  };
}

function specialColumn(
  column: ColumnShape,
  [operators, takes, byDefault, collation, otherCollation, deterministic]: RawSpecial,
): KeyColumn | null {
  if (operators?.length !== STRATEGIES || !operators.every(([, name]) => OPERATOR.test(name))) return null;
  const own = typeName(withoutDomains(column));
  const type = takes === null ? own : qualified(...takes);
  const sql = named(operators);
  const order = collation === null ? [] : [`COLLATE ${qualified(...collation)}`];
  return {
    name: column.name,
    type,
    cast: column.own?.kind === 'domain' || type.replaceAll('"', '') !== own.replaceAll('"', ''),
    operators: sql,
    using: !byDefault,
    collation: collation !== null && otherCollation ? qualified(...collation) : null,
    standard: byDefault && !otherCollation && operators.every(([schema]) => schema === 'pg_catalog'),
    deterministic,
    definition: [ident(column.name), type, sql.less, ...order, ...labelsIn(column)].join(' '),
  };
}

/** Digests of the enum labels in a type: they determine the order, and which texts a last key may have. */
function labelsIn({ own }: TypeUse): readonly string[] {
  switch (own?.kind) {
    case 'enum':
      return [digestOf(JSON.stringify(own.labels))];
    case 'domain':
      return labelsIn(own.base);
    case 'array':
      return labelsIn(own.element);
    case 'composite':
      return own.fields.flatMap(labelsIn);
    case 'range':
      return labelsIn(own.subtype);
    case 'multirange':
      return labelsIn(own.range.subtype);
    default:
      return [];
  }
}

function named(operators: readonly (readonly [string, string])[]): KeyOperators {
  const [less = '', atMost = '', equal = '', atLeast = '', greater = ''] = operators.map(
    ([schema, name]) => `OPERATOR(${schema === 'pg_catalog' ? schema : ident(schema)}.${name})`,
  );
  return { less, atMost, equal, atLeast, greater };
}
