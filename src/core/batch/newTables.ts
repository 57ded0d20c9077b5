import { readTables } from '../catalogue/read.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Link } from '../postgres/link.ts';
import { createManyTables } from '../target/createManyTables.ts';
import { targetSchema } from '../target/target.ts';
import type { ConnectionWork, RunContext } from './connectionRun.ts';

/** Tables made before the first turn. */
export interface NewTables {
  /** As central has them. */
  readonly shapes: readonly TableShape[];
  /** Their names. Each was empty when it was made. */
  readonly created: ReadonlySet<string>;
}

/**
 * Makes the tables that central lacks, many at a time. A single one is left to its own turn, where the watchdog sees it.
 *
 * @param existing the tables of this run as central has them
 * @param refused tables that are not to be run
 */
export async function makeNewTables(
  run: RunContext,
  work: ConnectionWork,
  { session, version }: Link,
  existing: readonly TableShape[],
  refused: ReadonlySet<string>,
): Promise<NewTables> {
  const { connection } = work;
  const known = new Set(existing.map(({ name }) => name));
  const missing = work.tables.flatMap(({ table, shape }) =>
    shape === null || known.has(table) || refused.has(table) ? [] : [shape],
  );
  if (missing.length < 2) return { shapes: [], created: new Set() };
  const created = await createManyTables(session, version, run.central, connection, missing);
  if (created.size === 0) return { shapes: [], created };
  const shapes = await readTables(session, version, targetSchema(run.central, connection), [...created]);
  return { shapes, created };
}
