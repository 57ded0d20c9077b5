import { z } from 'zod';
import type { RelationKind } from '../../shared/discovery.ts';
import { serverExpression, serverName, serverType } from '../postgres/readJson.ts';
import type { Side } from '../postgres/sqlstates.ts';
import { type KeyColumn, keyColumns, rawSpecials, specialColumnsSql } from './keyIndex.ts';
import { SHAPE_DIGEST } from './memory.ts';
import type { ColumnShape, TableShape } from './shape.ts';
import { STRANGER } from './trusted.ts';
import { FIRST_USER_OID, type Types } from './types.ts';

/** Name, type as format_type writes it, type's oid, number, flags (see {@link factsSql}). */
const rawColumn = z.tuple([serverName, serverType, z.int(), z.int(), serverName]);
type RawColumn = z.output<typeof rawColumn>;

/**
 * A unique index: whether rows can be told apart by it (it is neither partial nor over expressions), the numbers of
 * its columns, its name where ON CONFLICT cannot name it (it is deferrable; empty where it is no B-tree), how it
 * compares, and the name of its constraint, where there is one and the table has a deferrable key besides.
 */
const rawKey = z.tuple([
  z.boolean(),
  z.array(z.int()),
  serverName.nullable(),
  rawSpecials,
  serverName.nullable(),
]);

const place = z.object({ schema: serverName, name: serverName });

/** What a table's shape is made of, as {@link factsSql} writes it: short, because it travels for every table. */
export const tableFacts = z.object({
  oid: z.int(),
  kind: serverName,
  columns: z
    .array(rawColumn)
    .refine(
      (all) => isDistinct(all.map(([name]) => name)) && isDistinct(all.map((one) => one[3])),
      'one twice',
    )
    .nullable(),
  /** By column number. */
  defaults: z.record(serverName, serverExpression).nullable(),
  keys: z.array(rawKey).nullable(),
  primary_key: serverName.nullable(),
  /**
   * Whether there is row security, a rule (a view has one), or a trigger for INSERT or UPDATE that is no constraint's;
   * null where there is no trigger of any kind either.
   */
  triggers: z.boolean().nullable(),
  /** See {@link TableShape.children}. */
  children: z.array(place.extend({ foreign: z.boolean() })).nullish(),
  digest: serverName,
  /** See {@link TableShape.policies}. Asked of central alone. */
  policies: z.array(serverName).nullish(),
  /** See {@link TableShape.unlogged}. Asked of central alone. */
  unlogged: z.array(place).nullish(),
  /** See {@link TableShape.stranger}. Asked of central alone. */
  stranger: serverName.nullish(),
});
export type TableFacts = z.output<typeof tableFacts>;

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/**
 * SQL of {@link TableFacts} of a relation `c`, as JSON. Everything that a shape says must be in it, but what
 * changes with a table's rows: a shape whose text is the same counts as unchanged.
 *
 * @param locked SQL: whether default expressions can be had only by waiting for a lock; they are empty then
 */
export function factsSql(version: number, locked: string, side: Side): string {
  // Since 18 a column may be NOT NULL for new rows alone: what was there before has not been looked at.
  const valid =
    version >= 180000
      ? ` AND a.attnum OPERATOR(pg_catalog.<>) ALL (ARRAY(SELECT k.conkey[1] FROM pg_catalog.pg_constraint k
    WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.contype OPERATOR(pg_catalog.=) 'n' AND NOT k.convalidated))`
      : '';
  const virtual = version >= 180000 ? " WHEN a.attgenerated OPERATOR(pg_catalog.=) 'v' THEN 'gv'" : '';
  const generated =
    version >= 120000 ? `CASE${virtual} WHEN a.attgenerated OPERATOR(pg_catalog.<>) '' THEN 'g' END` : 'NULL';
  return `pg_catalog.json_build_object('oid', c.oid::pg_catalog.int8, 'kind', c.relkind,
'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.atttypid::pg_catalog.int8, a.attnum,
  pg_catalog.concat(CASE WHEN a.attnotnull${valid} THEN 'n' END, CASE WHEN a.attidentity OPERATOR(pg_catalog.<>) '' THEN 'i' END, ${generated},
    CASE WHEN a.attcollation OPERATOR(pg_catalog.<>) 0 AND NOT (a.attcollation OPERATOR(pg_catalog.=) ANY ('{950,951}') AND pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.=) 'UTF8')
      THEN 'c' END)) ORDER BY a.attnum)
  FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped),
'defaults', (SELECT pg_catalog.json_object_agg(d.adnum, CASE WHEN ${locked} THEN '' ELSE pg_catalog.pg_get_expr(d.adbin, d.adrelid) END ORDER BY d.adnum)
  FROM pg_catalog.pg_attrdef d WHERE d.adrelid OPERATOR(pg_catalog.=) c.oid),
'keys', (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
      AND (NOT i.indisexclusion OR NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
        WHERE a.attrelid OPERATOR(pg_catalog.=) i.indexrelid AND a.atttypid OPERATOR(pg_catalog.>=) ${FIRST_USER_OID})),
    (i.indkey::pg_catalog.int2[])[0:i.indnkeyatts OPERATOR(pg_catalog.-) 1], CASE WHEN i.indisexclusion THEN ''
      WHEN NOT i.indimmediate THEN (SELECT x.relname FROM pg_catalog.pg_class x WHERE x.oid OPERATOR(pg_catalog.=) i.indexrelid) END, ${specialColumnsSql(version)},
    CASE WHEN i.indimmediate AND EXISTS (SELECT FROM pg_catalog.pg_index y WHERE y.indrelid OPERATOR(pg_catalog.=) i.indrelid AND NOT y.indimmediate)
      THEN (SELECT k.conname FROM pg_catalog.pg_constraint k WHERE k.conindid OPERATOR(pg_catalog.=) i.indexrelid AND k.contype OPERATOR(pg_catalog.=) ANY ('{p,u}')) END)
    ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid)
  FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisunique),
'primary_key', (SELECT k.conname FROM pg_catalog.pg_constraint k WHERE k.conrelid OPERATOR(pg_catalog.=) c.oid AND k.contype OPERATOR(pg_catalog.=) 'p'),
'triggers', c.relrowsecurity OR c.relhasrules OR (SELECT pg_catalog.bool_or(NOT g.tgisinternal AND g.tgtype OPERATOR(pg_catalog.&) 28 OPERATOR(pg_catalog.>) 0) FROM pg_catalog.pg_trigger g
  WHERE g.tgrelid OPERATOR(pg_catalog.=) c.oid AND g.tgenabled OPERATOR(pg_catalog.<>) 'D'),
${side === 'central' ? `'policies', ${POLICIES}, 'unlogged', ${UNLOGGED}, 'stranger', ${STRANGER}, ` : ''}'children', ${CHILDREN}, 'digest', ${SHAPE_DIGEST})`;
}

/** SQL of {@link TableShape.policies} of the relation `c`. Those for everybody are for role 0. */
const POLICIES = `CASE WHEN c.relrowsecurity AND pg_catalog.row_security_active(c.oid) THEN coalesce((SELECT pg_catalog.json_agg(p.polname)
  FROM pg_catalog.pg_policy p WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid AND EXISTS (SELECT FROM pg_catalog.unnest(p.polroles) r
    WHERE r OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR pg_catalog.pg_has_role(r, 'USAGE'))), '[]') END`;

/** SQL of {@link TableShape.unlogged} of the relation `c`, over all levels. */
const UNLOGGED = `CASE WHEN c.relpersistence OPERATOR(pg_catalog.=) 'u' OR c.relkind OPERATOR(pg_catalog.=) 'p' THEN (
  SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', s.nspname, 'name', x.relname) ORDER BY x.oid)
  FROM pg_catalog.pg_class x JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) x.relnamespace
  WHERE x.relpersistence OPERATOR(pg_catalog.=) 'u' AND c.oid OPERATOR(pg_catalog.=) ANY (ARRAY[x.oid, pg_catalog.pg_partition_root(x.oid)])) END`;

/** SQL of {@link TableShape.children} of the relation `c`, over all levels. */
const CHILDREN = `CASE WHEN c.relhassubclass AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,f}') THEN (WITH RECURSIVE child(oid) AS (
    SELECT h.inhrelid FROM pg_catalog.pg_inherits h WHERE h.inhparent OPERATOR(pg_catalog.=) c.oid
    UNION SELECT h.inhrelid FROM child JOIN pg_catalog.pg_inherits h ON h.inhparent OPERATOR(pg_catalog.=) child.oid)
  SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', s.nspname, 'name', x.relname,
    'foreign', x.relkind OPERATOR(pg_catalog.=) 'f') ORDER BY s.nspname, x.relname)
  FROM child JOIN pg_catalog.pg_class x ON x.oid OPERATOR(pg_catalog.=) child.oid JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) x.relnamespace) END`;

/** By `relkind`. */
export const RELATION_KINDS: Readonly<Record<string, RelationKind>> = {
  r: 'table',
  p: 'partitioned',
  v: 'view',
  m: 'materialized_view',
  f: 'foreign_table',
};

/** The types that the columns of a table have, by oid. */
export function typesOf(facts: TableFacts): readonly number[] {
  return (facts.columns ?? []).map(([, , oid]) => oid);
}

/** A shape of what was read; what changes with its rows comes apart. */
export function toShape(
  schema: string,
  name: string,
  facts: TableFacts,
  size: Pick<TableShape, 'bytes' | 'estimatedRows'>,
  types: Types,
  { version, recoding }: Pick<TableShape, 'version' | 'recoding'>,
): TableShape {
  const keys = facts.keys ?? [];
  const columns = (facts.columns ?? []).map((raw) => toColumn(raw, facts, types));
  const indexes = keys.flatMap(([plain, numbers, deferrable, specials, constraint]): UniqueIndex[] => {
    const own = numbers.flatMap((number) => columns.filter((one) => one.number === number));
    // A column of the system's (`oid` before 12) is none of the table's.
    const whole = own.length === numbers.length && own.length > 0;
    const compared = plain && whole ? keyColumns(own, specials) : null;
    const notNull = own.every((one) => one.notNull);
    return compared === null ? [] : [{ columns: compared, deferrable, notNull, constraint }];
  });
  const unique = indexes.filter((one) => one.deferrable === null);
  // A deferrable key counts too: a snapshot sees only committed rows, and in these it is unique.
  const key = indexes.find((one) => one.notNull)?.columns ?? null;
  return {
    schema,
    name,
    oid: String(facts.oid),
    kind: RELATION_KINDS[facts.kind] ?? 'table',
    columns,
    key: key === null ? null : namesOf(key),
    keyColumns: key ?? [],
    primaryKey: facts.primary_key,
    shapeDigest: facts.digest,
    uniqueKeys: unique.map((one) => namesOf(one.columns)),
    uniqueIndexes: unique.map(({ columns: compared, constraint }) => ({ columns: compared, constraint })),
    deferrableKeys: indexes.flatMap(({ columns: key, deferrable }) =>
      deferrable === null || deferrable === '' ? [] : [{ constraint: deferrable, columns: namesOf(key) }],
    ),
    children: facts.children ?? [],
    unlogged: facts.unlogged ?? [],
    version,
    recoding,
    otherUnique: unique.length < keys.length,
    interferes: facts.triggers === true,
    policies: facts.policies ?? null,
    stranger: facts.stranger ?? null,
    otherConstraints: facts.triggers !== null || keys.length > (key === null ? 0 : 1),
    ...size,
  };
}

interface UniqueIndex {
  readonly columns: readonly KeyColumn[];
  readonly deferrable: string | null;
  readonly notNull: boolean;
  readonly constraint: string | null;
}

function namesOf(columns: readonly { readonly name: string }[]): readonly string[] {
  return columns.map((one) => one.name);
}

function toColumn(
  [name, type, oid, number, flags]: RawColumn,
  { defaults }: TableFacts,
  types: Types,
): ColumnShape {
  const defaultExpression = defaults?.[number] ?? null;
  return {
    name,
    number,
    ...types.use({ type, oid }),
    notNull: flags.includes('n'),
    defaultExpression,
    generated: flags.includes('g'),
    virtual: flags.includes('v'),
    fillsItself: defaultExpression !== null || flags.includes('i'),
    collated: flags.includes('c'),
  };
}
