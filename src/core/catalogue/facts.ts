import { z } from 'zod';
import type { RelationKind } from '../../shared/contract.ts';
import { serverExpression, serverName, serverType } from '../postgres/readJson.ts';
import type { Side } from '../postgres/sqlstates.ts';
import { type KeyColumn, keyColumns, rawSpecials, specialColumnsSql } from './keyIndex.ts';
import { SHAPE_DIGEST } from './memory.ts';
import type { ColumnShape, TableShape } from './shape.ts';
import { UNTRUSTED_OWNER } from './trusted.ts';
import { FIRST_USER_OID, type Types } from './types.ts';

/** Name, type as written by format_type, type oid, column number, flags (see {@link factsSql}). */
const rawColumn = z.tuple([serverName, serverType, z.int(), z.int(), serverName]);
type RawColumn = z.output<typeof rawColumn>;

/**
 * A unique index: whether it identifies rows (not partial, no expressions); its column numbers; its name if
 * ON CONFLICT cannot use it because it is deferrable (empty if it is not a B-tree); how it compares; and its
 * constraint's name, if it has one and the table also has a deferrable key.
 */
const rawKey = z.tuple([
  z.boolean(),
  z.array(z.int()),
  serverName.nullable(),
  rawSpecials,
  serverName.nullable(),
]);

const place = z.object({ schema: serverName, name: serverName });

/**
 * The facts that a table's shape is built from, as {@link factsSql} returns them. Compact, because they are
 * sent for every table.
 */
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
   * Whether there is row security, a rule (every view has one), or an INSERT or UPDATE trigger that does not
   * belong to a constraint; null if there is no trigger at all either.
   */
  triggers: z.boolean().nullable(),
  /** See {@link TableShape.children}. */
  children: z.array(place.extend({ foreign: z.boolean() })).nullish(),
  digest: serverName,
  /** See {@link TableShape.policies}. Only read at central. */
  policies: z.array(serverName).nullish(),
  /** See {@link TableShape.unlogged}. Only read at central. */
  unlogged: z.array(place).nullish(),
  /** See {@link TableShape.untrustedOwner}. Asked of central alone. */
  stranger: serverName.nullish(),
  /** See {@link TableShape.distributed}. Only read at central. */
  distributed: z.boolean().nullish(),
});
export type TableFacts = z.output<typeof tableFacts>;

function isDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

/**
 * SQL of a relation `c`'s {@link TableFacts} as JSON. It must contain everything that a shape depends on,
 * except what changes with the table's rows: equal texts count as an unchanged shape.
 *
 * @param locked SQL condition: reading default expressions would wait for a lock; they are empty then
 */
export function factsSql(version: number, locked: string, side: Side): string {
  // Since version 18, NOT NULL may be enforced for new rows only, with existing rows unchecked.
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
${side === 'central' ? `'policies', ${POLICIES}, 'unlogged', ${UNLOGGED}, 'stranger', ${UNTRUSTED_OWNER}, 'distributed', ${DISTRIBUTED}, ` : ''}'children', ${CHILDREN}, 'digest', ${SHAPE_DIGEST})`;
}

/** SQL of {@link TableShape.policies} for the relation `c`. Policies for PUBLIC have role 0. */
const POLICIES = `CASE WHEN c.relrowsecurity AND pg_catalog.row_security_active(c.oid) THEN coalesce((SELECT pg_catalog.json_agg(p.polname)
  FROM pg_catalog.pg_policy p WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid AND EXISTS (SELECT FROM pg_catalog.unnest(p.polroles) r
    WHERE r OPERATOR(pg_catalog.=) 0::pg_catalog.oid OR pg_catalog.pg_has_role(r, 'USAGE'))), '[]') END`;

/**
 * SQL of {@link TableShape.distributed} for the relation `c`; null where it is not. Citus puts an internal trigger for
 * TRUNCATE on each of its tables, which PostgreSQL itself never does; Citus' own catalogue exists only where it is
 * installed.
 */
const DISTRIBUTED = `(SELECT true WHERE EXISTS (SELECT FROM pg_catalog.pg_trigger g
  WHERE g.tgrelid OPERATOR(pg_catalog.=) c.oid AND g.tgisinternal AND g.tgtype OPERATOR(pg_catalog.&) 32 OPERATOR(pg_catalog.>) 0))`;

/** SQL of {@link TableShape.unlogged} for the relation `c`, at all levels. */
const UNLOGGED = `CASE WHEN c.relpersistence OPERATOR(pg_catalog.=) 'u' OR c.relkind OPERATOR(pg_catalog.=) 'p' THEN (
  SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', s.nspname, 'name', x.relname) ORDER BY x.oid)
  FROM pg_catalog.pg_class x JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) x.relnamespace
  WHERE x.relpersistence OPERATOR(pg_catalog.=) 'u' AND c.oid OPERATOR(pg_catalog.=) ANY (ARRAY[x.oid, pg_catalog.pg_partition_root(x.oid)])) END`;

/** SQL of {@link TableShape.children} for the relation `c`, at all levels. */
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

/** Oids of the types of a table's columns. */
export function typesOf(facts: TableFacts): readonly number[] {
  return (facts.columns ?? []).map(([, , oid]) => oid);
}

/** Builds a shape from facts and the size, which changes with the rows. */
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
    // The key has a system column (`oid` before version 12), which is not one of the table's columns.
    const whole = own.length === numbers.length && own.length > 0;
    const compared = plain && whole ? keyColumns(own, specials) : null;
    const notNull = own.every((one) => one.notNull);
    return compared === null ? [] : [{ columns: compared, deferrable, notNull, constraint }];
  });
  const unique = indexes.filter((one) => one.deferrable === null);
  // A deferrable key counts too, because it is unique among committed rows, and a snapshot sees only those.
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
    untrustedOwner: facts.stranger ?? null,
    distributed: facts.distributed === true,
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
