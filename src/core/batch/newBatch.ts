import type { BatchOptions, BatchRow } from '../../shared/contract.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { RunControl, SyncAllRequest } from '../engineApi.ts';
import type { ConnectionWork } from './connectionRun.ts';
import { type EngineBase, runContext } from './engineBase.ts';
import { plannedTables, runBatch } from './runBatch.ts';
import type { SpareLinks } from './spareLinks.ts';

/** A batch that is not begun yet. */
export interface NewBatchWork {
  readonly request: SyncAllRequest;
  /** The tables that were asked for; empty means all. */
  readonly names: readonly string[];
  readonly works: readonly ConnectionWork[];
  /** See {@link BatchOptions.imported}. */
  readonly imported?: string;
  readonly spare?: SpareLinks;
  /** Called with the batch's id before it runs. */
  noteBatch(batchId: string): void;
}

/**
 * Begins a batch in the journal and runs it to its end. Needs the lease.
 *
 * @throws UsageError `no_tables`
 */
export async function runNewBatch(
  base: EngineBase,
  { request, names, works, imported, spare, noteBatch }: NewBatchWork,
  control: RunControl,
): Promise<BatchRow> {
  const { journal } = base;
  const connections = works.map((one) => one.connection.id);
  const tables = works.flatMap(plannedTables);
  if (tables.length === 0) throw new UsageError(UsageCode.NoTables, { connection: connections.join(', ') });
  const { strategy = null, allowDeletes = false, schedule: planned, askedBy } = request;
  const options: BatchOptions = {
    ...{ connections, tables: names, strategy, allowDeletes },
    ...(imported !== undefined && { imported }),
    ...(askedBy !== undefined && { askedBy }),
  };
  const batch = journal.together(() => {
    const begun = journal.beginBatch({ trigger: request.trigger, options, tables });
    if (planned !== undefined)
      journal.noteScheduleRun(planned.schedule, planned.dueAt, begun.batch_id, 'ran');
    return begun;
  });
  noteBatch(batch.batch_id);
  base.emit({ type: 'batch_started', batch });
  // An import writes what a file has; the branch's next sync completes it.
  const hooks = imported === undefined ? base.settings.hooks.afterBatch : [];
  const context = runContext(base, control, batch.batch_id, request, spare);
  return runBatch(context, { batchId: batch.batch_id, works, hooks });
}
