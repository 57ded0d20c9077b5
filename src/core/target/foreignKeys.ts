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
  /** The relation that has it: `child` or one of its partitions. PostgreSQL's errors name this one. */
  readonly on: string;
  /** The referencing table; null where it is in another schema and so not a branch's. */
  readonly child: string | null;
  /** The referenced table. */
  readonly parent: string;
  /** ON DELETE action, as in `pg_constraint.confdeltype`. */
  readonly onDelete: string;
  /** ON UPDATE action, as in `pg_constraint.confupdtype`. */
  readonly onUpdate: string;
}

/** A table whose rows are removed or changed by a foreign key's action. */
export interface ActedOn {
  readonly schema: string;
  readonly name: string;
  /** Whether it is in the schema of the branch's tables. */
  readonly isOwn: boolean;
  /** Why our role cannot count its rows: it lacks a right, or policies hide some from it; null where it can. */
  readonly hiddenBy: 'rights' | 'policies' | null;
}

/** A foreign key of any schema that may change the child's rows when the parent's change. */
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

/** The result of {@link foreignKeysQuery}. */
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

/** How other tables reference a table. */
export interface Referenced {
  /**
   * Whether any table, perhaps itself, references it. Its deletes are then held until all referencing tables are
   * written.
   */
  readonly held: boolean;
  /** Whether a row can be deleted and re-inserted in one statement without affecting rows that reference it. */
  readonly swappable: boolean;
  /** Tables that lose rows when this one does (ON DELETE CASCADE), to any depth and in any schema. */
  readonly cascades: readonly ActedOn[];
  /** Whether a foreign key changes or removes referencing rows when a row of this table changes or is removed. */
  readonly acts: boolean;
  /** The tables of the same schema whose rows are changed that way, to any depth. */
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
      // On the branch's own tables, policies show all rows of this branch, and only these can be affected.
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

  /** The tables that a table references, without itself. */
  parents(table: string): readonly string[] {
    const own = this.#keys.filter((one) => one.child === table && one.parent !== table);
    return [...new Set(own.map((one) => one.parent))];
  }

  referenced(table: string): Referenced {
    const onto = this.#keys.filter((one) => one.parent === table);
    if (onto.length === 0) return NOT_REFERENCED;
    // Only NO ACTION is checked at the statement's end. RESTRICT refuses at once, and the others have acted by then.
    const swappable = onto.every((one) => one.onDelete === 'a');
    const cascades = this.#reached(table, ({ onDelete }) => onDelete === 'c');
    const rewrites = this.#reached(table, acts).flatMap((one) => (one.isOwn ? [one.name] : []));
    return { held: true, swappable, cascades, acts: onto.some(acts), rewrites };
  }

  /** The foreign key that a failure names as violated. */
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
