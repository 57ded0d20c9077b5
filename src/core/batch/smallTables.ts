import type { TableShape } from '../catalogue/shape.ts';
import { computedAt } from '../compare/columns.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { describeTarget } from '../target/describeTarget.ts';
import type { ForeignKeys } from '../target/foreignKeys.ts';
import type { Target } from '../target/target.ts';
import type { ConnectionTable, Prepared } from './connectionRun.ts';
import type { SweepTable } from './sweep.ts';

/** Tables up to this size are sent together where they have changed: counting more rows is work for several workers. */
const CHANGED_BYTES = 8 * 1024 * 1024;
/** The same on a first load, which sends all of their rows. */
const NEW_BYTES = 1024 * 1024;

/** A table that may be sent together with others, because nothing has to be read from central in between. */
export interface SmallTable {
  readonly source: TableShape;
  readonly target: Target;
  readonly found: Checkpoint;
  /** Rows that central has of it: 0 where it was just made, and gets all of the source's rows. */
  readonly centralRows: number;
  readonly isNew: boolean;
}

/**
 * The swept and changed tables whose changes may be sent together: no trigger or rule of head office acts on
 * their rows, their rows at central are counted, and no foreign key ties them to other tables.
 */
export function changedTables(
  tables: readonly SweepTable[],
  existing: readonly TableShape[],
  keys: ForeignKeys,
): readonly SmallTable[] {
  return tables.flatMap(({ source, checkpoint, deletes, unlogged, target: { schema, stamped } }) => {
    const { centralRows } = checkpoint;
    if (source.bytes > CHANGED_BYTES || !deletes || unlogged || centralRows === null) return [];
    const target = plainTarget(source, existing, keys, schema, stamped);
    return target === null ? [] : [{ source, target, found: checkpoint, centralRows, isNew: false }];
  });
}

/** Of the tables that were just made, those whose first load may be sent together. */
export function newTables(
  tables: readonly ConnectionTable[],
  { created, checkpoints, existing, keys }: Pick<Prepared, 'created' | 'checkpoints' | 'existing' | 'keys'>,
  schema: string,
  stamped: boolean,
): readonly SmallTable[] {
  return tables.flatMap(({ table, shape: source, strategy }) => {
    const found = checkpoints.get(table);
    if (source === null || strategy !== null || found?.state !== 'new' || !created.has(table)) return [];
    if (source.kind !== 'table' || source.bytes > NEW_BYTES) return [];
    const target = plainTarget(source, existing, keys, schema, stamped);
    if (target === null) return [];
    return [{ source, target: { ...target, created: true }, found, centralRows: 0, isNew: true }];
  });
}

/** @returns null where the table needs its own turn, or is refused, which its own turn reports */
function plainTarget(
  source: TableShape,
  existing: readonly TableShape[],
  keys: ForeignKeys,
  schema: string,
  stamped: boolean,
): Target | null {
  const there = existing.find((one) => one.name === source.name);
  if (there === undefined || source.key === null) return null;
  if (keys.parents(source.name).length > 0 || keys.referenced(source.name).held) return null;
  // Both are reported in the table's own turn.
  if (source.children.length > 0 || computedAt(there, source).length > 0) return null;
  try {
    const target = describeTarget(schema, stamped ? 'stamp' : 'schema', source, there, false);
    return target.plain && !target.partitioned && !target.rereads && !target.unlogged ? target : null;
  } catch {
    return null;
  }
}
