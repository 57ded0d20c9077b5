import type { CentralSettings, Layout } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import { drift } from '../central/drift.ts';
import { centralPrint, layoutOf } from '../central/target.ts';
import type { SweepTable } from '../sync/sweep.ts';
import type { ConnectionTable } from './connectionRun.ts';

/**
 * Above this a scan costs more than the round trips that a sweep saves; and if a table has changed after all,
 * its own run scans it again.
 */
const LARGE_BYTES = 64 * 1024 * 1024;

/**
 * Those of a connection's tables that may well be unchanged: their last pass is whole, and central fits. Not those
 * that this very batch has finished without the journal hearing of it: they have their counts already.
 */
export function sweepCandidates(
  central: CentralSettings,
  batchId: string | null,
  tables: readonly ConnectionTable[],
  existing: readonly TableShape[],
  checkpoints: ReadonlyMap<string, Checkpoint>,
): readonly SweepTable[] {
  const byName = new Map(existing.map((one) => [one.name, one]));
  return tables.flatMap(({ table, shape, strategy, mayDelete }): SweepTable[] => {
    const checkpoint = checkpoints.get(table);
    const there = byName.get(table);
    if (shape === null || checkpoint === undefined || there === undefined) return [];
    if (shape.bytes > LARGE_BYTES) return [];
    if (strategy !== null && strategy !== Strategy.Changes) return [];
    if (checkpoint.state !== 'done' || checkpoint.mark === null || checkpoint.rewritten !== null) return [];
    if (batchId !== null && checkpoint.batchId === batchId) return [];
    const layout = layoutOf(central, there);
    if (!fits(shape, there, layout)) return [];
    const deletes = layout !== 'merge' || mayDelete;
    // Without a key and without owning the table it is refused, and its own run says so.
    if (shape.key === null && !deletes) return [];
    // Rows of several branches in one table cannot be counted.
    if (there.unlogged && !deletes) return [];
    const target = {
      schema: there.schema,
      name: table,
      stamped: layout === 'stamp',
      partitioned: there.kind === 'partitioned',
    };
    return [
      {
        source: shape,
        checkpoint,
        print: centralPrint(shape, there),
        deletes,
        target,
        unlogged: there.unlogged.length > 0,
      },
    ];
  });
}

/** Whether a central table can take a source table's rows as it stands. */
function fits(source: TableShape, central: TableShape, layout: Layout): boolean {
  try {
    return drift(source, central, layout).length === 0;
  } catch {
    // It cannot be made to fit either: the table's own run says why.
    return false;
  }
}
