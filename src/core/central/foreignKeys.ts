import type { FailureDetail } from '../../shared/errors.ts';
import { literal, oneLine } from '../postgres/quote.ts';
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
  return oneLine(`SELECT k.conname AS name, o.relname AS on, p.relname AS parent, k.confdeltype AS on_delete, k.confupdtype AS on_update,
      CASE WHEN c.relnamespace OPERATOR(pg_catalog.=) p.relnamespace THEN c.relname END AS child
    FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class o ON o.oid OPERATOR(pg_catalog.=) k.conrelid
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) coalesce(pg_catalog.pg_partition_root(k.conrelid), k.conrelid)
    JOIN pg_catalog.pg_class p ON p.oid OPERATOR(pg_catalog.=) coalesce(pg_catalog.pg_partition_root(k.confrelid), k.confrelid)
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) p.relnamespace
    WHERE k.contype OPERATOR(pg_catalog.=) 'f' AND n.nspname OPERATOR(pg_catalog.=) ${literal(schema)}`);
}

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
    return new ForeignKeys(
      rows.map((row) => ({
        name: row.name ?? '',
        on: row.on ?? '',
        child: row.child ?? null,
        parent: row.parent ?? '',
        onDelete: row.on_delete ?? 'a',
        onUpdate: row.on_update ?? 'a',
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
