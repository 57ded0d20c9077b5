import { z } from 'zod';
import type { FailureDetail } from '../../shared/errors.ts';
import { literal, oneLine, own } from '../postgres/quote.ts';
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

/**
 * SQL of the foreign keys onto tables of a schema; for {@link ForeignKeys}. Usually there is none, and one
 * statement more in a script costs no round trip. Keys of partitions stand for the table that they are of.
 */
export function foreignKeysQuery(schema: string): string {
  return oneLine(`SELECT pg_catalog.json_agg(pg_catalog.json_build_array(k.conname,o.relname,CASE WHEN c.relnamespace ${own('=')} p.relnamespace THEN c.relname END,p.relname,k.confdeltype,k.confupdtype)) AS keys
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class o ON o.oid ${own('=')} k.conrelid
    JOIN pg_catalog.pg_class c ON c.oid ${own('=')} coalesce(pg_catalog.pg_partition_root(o.oid),o.oid)
    JOIN pg_catalog.pg_class p ON p.oid ${own('=')} coalesce(pg_catalog.pg_partition_root(k.confrelid),k.confrelid)
    WHERE k.contype ${own('=')} 'f' AND p.relnamespace ${own('=')} (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname ${own('=')} ${literal(schema)})`);
}

/** As {@link foreignKeysQuery} has them: in the order of {@link ForeignKey}'s fields. */
const keysForm = z.array(
  z.tuple([serverName, serverName, serverName.nullable(), serverName, serverName, serverName]),
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
  /** Tables that lose rows when this one does (ON DELETE CASCADE), to any depth. */
  readonly cascades: readonly string[];
  /** Whether head office changes or removes rows that point to it when a row of it is removed or changes. */
  readonly acts: boolean;
  /** The tables that are so changed, to any depth. */
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

  constructor(keys: readonly ForeignKey[]) {
    this.#keys = keys;
  }

  /** @param rows of {@link foreignKeysQuery} */
  static from(rows: readonly TextRow[]): ForeignKeys {
    const text = rows[0]?.keys ?? '[]';
    const keys = parseJson(keysForm, text);
    if (keys === null) throw catalogueUnreadable('foreign keys');
    return new ForeignKeys(
      keys.map(([name, on, child, parent, onDelete, onUpdate]) => ({
        name,
        on,
        child,
        parent,
        onDelete,
        onUpdate,
      })),
    );
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
    return { held: true, swappable, cascades, acts: onto.some(acts), rewrites: this.#reached(table, acts) };
  }

  /** The key that a failure says was violated. */
  violated(failure: FailureDetail): ForeignKey | undefined {
    if (failure.sqlstate !== FOREIGN_KEY) return undefined;
    const { constraint, table } = failure.params;
    return this.#keys.find((one) => one.name === constraint && (one.on === table || one.child === table));
  }

  #reached(table: string, follows: (key: ForeignKey) => boolean): readonly string[] {
    const found = new Set<string>();
    for (let next: string[] = [table]; next.length > 0; ) {
      const more = this.#keys.filter((one) => follows(one) && next.includes(one.parent));
      next = more.flatMap(({ child }) => (child === null || found.has(child) ? [] : [child]));
      for (const one of next) found.add(one);
    }
    return [...found];
  }
}

/** CASCADE, SET NULL and SET DEFAULT; NO ACTION and RESTRICT only refuse. */
const ACTIONS = ['c', 'n', 'd'];

function acts({ onDelete, onUpdate }: ForeignKey): boolean {
  return ACTIONS.includes(onDelete) || ACTIONS.includes(onUpdate);
}
