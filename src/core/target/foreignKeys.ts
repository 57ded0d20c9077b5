import { z } from 'zod';
import type { FailureDetail } from '../../shared/errors.ts';
import { literal, oneLine, own, qualified } from '../postgres/quote.ts';
import { catalogueUnreadable, parseJson, serverName } from '../postgres/readJson.ts';
import type { TextRow } from '../postgres/session.ts';

/** SQLSTATE foreign_key_violation. */
const FOREIGN_KEY = '23503';

/** A foreign key that head office has put on its tables. Branchline makes none itself. */
export interface ForeignKey {
  readonly name: string;
  /** The relation that it is on: `child`, or one of its partitions. Violations are told by this name. */
  readonly on: string;
  /** The table whose rows point; null where it lies in another schema, so that it is none of a branch's. */
  readonly child: string | null;
  /** The table that they point to. */
  readonly parent: string;
  /** ON DELETE: what a removed parent does to its children, as `pg_constraint.confdeltype` has it. */
  readonly onDelete: string;
  /** ON UPDATE, likewise. */
  readonly onUpdate: string;
}

/** A table that loses or changes rows when another one does. */
export interface ActedOn {
  readonly schema: string;
  readonly name: string;
  /** Whether it lies in the schema of the branch's tables. */
  readonly isOwn: boolean;
  /** Why our role cannot count its rows: it lacks a right, or policies hide some from it; null where it can. */
  readonly hiddenBy: 'rights' | 'policies' | null;
}

/** A foreign key by which head office changes rows of one table with those of another, in whatever schema. */
export interface ActingKey {
  readonly parent: Pick<ActedOn, 'schema' | 'name'>;
  readonly child: ActedOn;
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** SQL: policies of the table `c` let our role see all of its rows. */
const SEES_ALL = `(SELECT coalesce(pg_catalog.bool_and(l.polpermissive) AND pg_catalog.bool_or(pg_catalog.pg_get_expr(l.polqual, l.polrelid) ${own('=')} 'true'), false)
  FROM pg_catalog.pg_policy l WHERE l.polrelid ${own('=')} c.oid AND l.polcmd ${own('=')} ANY ('{r,*}')
    AND EXISTS (SELECT FROM pg_catalog.unnest(l.polroles) r WHERE CASE WHEN r ${own('=')} 0 THEN true ELSE pg_catalog.pg_has_role(r, 'USAGE') END))`;

/**
 * SQL of whether there is any foreign key onto a table of a schema, or onto a partition of one. Asked before
 * {@link foreignKeysQuery}, which is five times as long and usually finds nothing.
 */
export function anyForeignKeyQuery(schema: string): string {
  return oneLine(`SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class p ON p.oid ${own('=')} coalesce(pg_catalog.pg_partition_root(k.confrelid), k.confrelid)
    JOIN pg_catalog.pg_namespace n ON n.oid ${own('=')} p.relnamespace
    WHERE k.contype ${own('=')} 'f' AND n.nspname ${own('=')} ${literal(schema)}) AS any`);
}

/**
 * SQL of the foreign keys onto tables of a schema, and of those that go on from there into other schemas; for
 * {@link ForeignKeys}. Keys of partitions stand for the table that they are of.
 */
export function foreignKeysQuery(schema: string): string {
  const root = (oid: string): string =>
    `coalesce(pg_catalog.pg_partition_root(${oid}), ${oid})::pg_catalog.oid`;
  const acting = (column: string): string => `k.${column} ${own('=')} ANY ('{${ACTIONS.join(',')}}')`;
  const mayRead = `pg_catalog.has_schema_privilege(cn.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')`;
  return oneLine(`WITH RECURSIVE keys AS (
      SELECT k.conname, o.relname, ${root('o.oid')} AS child, ${root('k.confrelid')} AS parent, k.confdeltype, k.confupdtype
      FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class o ON o.oid ${own('=')} k.conrelid
      WHERE k.contype ${own('=')} 'f'),
    reached (oid) AS (
      SELECT p.oid FROM pg_catalog.pg_class p JOIN pg_catalog.pg_namespace n ON n.oid ${own('=')} p.relnamespace
      WHERE n.nspname ${own('=')} ${literal(schema)}
      UNION SELECT k.child FROM reached r JOIN keys k ON k.parent ${own('=')} r.oid
      WHERE ${acting('confdeltype')} OR ${acting('confupdtype')})
    SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.conname,k.relname,cn.nspname,c.relname,pn.nspname,p.relname,k.confdeltype,k.confupdtype,
      CASE WHEN NOT (${mayRead}) THEN 'rights' WHEN pg_catalog.row_security_active(c.oid) AND NOT ${SEES_ALL} THEN 'policies' END)) AS keys
    FROM reached r JOIN keys k ON k.parent ${own('=')} r.oid
    JOIN pg_catalog.pg_class c ON c.oid ${own('=')} k.child JOIN pg_catalog.pg_namespace cn ON cn.oid ${own('=')} c.relnamespace
    JOIN pg_catalog.pg_class p ON p.oid ${own('=')} k.parent JOIN pg_catalog.pg_namespace pn ON pn.oid ${own('=')} p.relnamespace`);
}

/** As {@link foreignKeysQuery} has them. */
const keysForm = z.array(
  z.tuple([
    serverName,
    serverName,
    serverName,
    serverName,
    serverName,
    serverName,
    z.string(),
    z.string(),
    z.enum(['rights', 'policies']).nullable(),
  ]),
);

/** How the rows of one table are pointed to by others. */
export interface Referenced {
  /**
   * Some table, perhaps itself, points to its rows: what the branch has removed goes from here only when all
   * that pointed there has come.
   */
  readonly held: boolean;
  /** A row may be removed and inserted anew in one statement, and no row that points to it is harmed. */
  readonly swappable: boolean;
  /** Tables that lose rows when this one does (ON DELETE CASCADE), to any depth and in any schema. */
  readonly cascades: readonly ActedOn[];
  /** Whether head office changes or removes rows that point to it when a row of it is removed or changes. */
  readonly acts: boolean;
  /** The tables of the same schema that are so changed, to any depth. */
  readonly rewrites: readonly string[];
}

export const NOT_REFERENCED: Referenced = {
  held: false,
  swappable: true,
  cascades: [],
  acts: false,
  rewrites: [],
};

/** The foreign keys among a schema's tables at central. */
export class ForeignKeys {
  readonly #keys: readonly ForeignKey[];
  readonly #acting: readonly ActingKey[];
  readonly #schema: string;

  /** @param acting those that {@link referenced} follows, and the schema of the branch's tables */
  constructor(
    keys: readonly ForeignKey[],
    { schema, acting }: { readonly schema: string; readonly acting: readonly ActingKey[] } = {
      schema: '',
      acting: [],
    },
  ) {
    this.#keys = keys;
    this.#acting = acting;
    this.#schema = schema;
  }

  /** @param rows of {@link foreignKeysQuery} */
  static from(schema: string, rows: readonly TextRow[]): ForeignKeys {
    const found = parseJson(keysForm, rows[0]?.keys ?? '[]');
    if (found === null) throw catalogueUnreadable('foreign keys');
    const keys: ForeignKey[] = [];
    const acting: ActingKey[] = [];
    for (const [name, on, childSchema, child, parentSchema, parent, onDelete, onUpdate, hiddenBy] of found) {
      const isOwn = childSchema === schema;
      if (parentSchema === schema)
        keys.push({ name, on, child: isOwn ? child : null, parent, onDelete, onUpdate });
      // Of the branch's own tables policies show this branch's rows, and no others can go with them.
      const hidden = isOwn && hiddenBy === 'policies' ? null : hiddenBy;
      acting.push({
        parent: { schema: parentSchema, name: parent },
        child: { schema: childSchema, name: child, isOwn, hiddenBy: hidden },
        onDelete,
        onUpdate,
      });
    }
    return new ForeignKeys(keys, { schema, acting });
  }

  /** The tables that a table's rows point to, itself left out. */
  parents(table: string): readonly string[] {
    const own = this.#keys.filter((one) => one.child === table && one.parent !== table);
    return [...new Set(own.map((one) => one.parent))];
  }

  referenced(table: string): Referenced {
    const onto = this.#keys.filter((one) => one.parent === table);
    if (onto.length === 0) return NOT_REFERENCED;
    // RESTRICT refuses what the same statement puts back, and the others have removed or emptied rows by then.
    const swappable = onto.every((one) => one.onDelete === 'a');
    const cascades = this.#reached(table, ({ onDelete }) => onDelete === 'c');
    const rewrites = this.#reached(table, acts).flatMap((one) => (one.isOwn ? [one.name] : []));
    return { held: true, swappable, cascades, acts: onto.some(acts), rewrites };
  }

  /** The key that a failure says was violated. */
  violated(failure: FailureDetail): ForeignKey | undefined {
    if (failure.sqlstate !== FOREIGN_KEY) return undefined;
    const { constraint, table } = failure.params;
    return this.#keys.find((one) => one.name === constraint && (one.on === table || one.child === table));
  }

  #reached(table: string, follows: (key: ActingKey) => boolean): readonly ActedOn[] {
    const found = new Map<string, ActedOn>();
    const idOf = ({ schema, name }: Pick<ActedOn, 'schema' | 'name'>): string => qualified(schema, name);
    for (let next = [idOf({ schema: this.#schema, name: table })]; next.length > 0; ) {
      const more = this.#acting.filter((one) => follows(one) && next.includes(idOf(one.parent)));
      const fresh = more.map((one) => one.child).filter((one) => !found.has(idOf(one)));
      for (const one of fresh) found.set(idOf(one), one);
      next = fresh.map(idOf);
    }
    return [...found.values()];
  }
}

/** CASCADE, SET NULL and SET DEFAULT; NO ACTION and RESTRICT only refuse. */
const ACTIONS = ['c', 'n', 'd'];

function acts({ onDelete, onUpdate }: Pick<ForeignKey, 'onDelete' | 'onUpdate'>): boolean {
  return ACTIONS.includes(onDelete) || ACTIONS.includes(onUpdate);
}
