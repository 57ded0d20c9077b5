import { z } from 'zod';
import { ident, qualified } from '../postgres/quote.ts';
import { serverName } from '../postgres/readJson.ts';
import { withoutDomains } from './compat.ts';
import { digestOf } from './memory.ts';
import type { ColumnShape, TypeUse } from './shape.ts';
import { typeName } from './typeName.ts';
import { FIRST_USER_OID } from './types.ts';

/**
 * How the index of a key compares one of its columns: with the operators of the index's own operator class, which
 * are named by their schema. What `>` alone means depends on the search_path: for a citext key under an empty one
 * it is text's, by which rows come in another order than the index has.
 */
export interface KeyColumn {
  readonly name: string;
  /** SQL of the type that the operators take; values are cast to it. */
  readonly type: string;
  /** Whether the column has another type, of which the operators' is a part: a domain, or text for varchar. */
  readonly cast: boolean;
  /** SQL, as `OPERATOR(schema.<)`. */
  readonly operators: KeyOperators;
  /** Whether the operator class is not its type's default, so that ORDER BY has to name its operator. */
  readonly using: boolean;
  /** SQL of the index's collation, where the column has another one. */
  readonly collation: string | null;
  /** PostgreSQL's own default operator class, under the column's own collation. */
  readonly standard: boolean;
  /** False for a collation under which different texts may be equal. */
  readonly deterministic: boolean;
  /** Of all that decides the order; for the checkpoint, whose last key means something in this order alone. */
  readonly definition: string;
}

/** By the strategy numbers of a B-tree: less, less or equal, equal, greater or equal, greater. */
export interface KeyOperators {
  readonly less: string;
  readonly atMost: string;
  readonly equal: string;
  readonly atLeast: string;
  readonly greater: string;
}

/**
 * A column of an index that compares otherwise than its type does by default, as {@link specialColumnsSql} gives it:
 * the operators by strategy, each as schema and name; the type that they take, as schema and name (null where it
 * stands for many: any enum, array, range or record); whether the class is the type's default; schema and name of the
 * collation; whether it is another one than the column's; whether it is deterministic.
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

/** Null where every column compares as its type does by default; of a column that does, null in its place. */
export const rawSpecials = z.array(rawSpecial.nullable()).nullable();

/** Collations by which a text is compared without a name for it: none, the database's, C and POSIX. */
const COMMON_COLLATIONS = '0,100,950,951';

/** SQL of {@link rawSpecials} of the index `i`. Says nothing of an index that is no B-tree. */
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

/** All that PostgreSQL allows in an operator's name: no comment can begin in it. */
const OPERATOR = /^(?!.*(?:--|\/\*))[-+*/<>=~!@#%^&|`?]+$/;

/** The columns of a key's index; null where one of them lacks an operator, so that rows have no order by it. */
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

/** The digest of an enum's labels, which decide the order of its values and what the last key may be called. */
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
