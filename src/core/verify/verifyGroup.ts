import type { CentralSettings } from '../../shared/settings.ts';
import type { VerifyRow } from '../../shared/verify.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { compareGroup, GROUPED_BYTES, type GroupedTable } from '../compare/compareGroup.ts';
import type { Links } from '../load/pass.ts';
import { describeTarget } from '../target/describeTarget.ts';
import { layoutOf, targetSchema } from '../target/target.ts';
import { comparedRow } from './outcome.ts';
import { progress, type VerifyJob, type VerifyRunner } from './verifyTable.ts';

/** A small table to verify together with others. */
export interface GroupJob extends VerifyJob, GroupedTable {
  readonly source: TableShape;
}

/** How much larger the table may be at central, because its rows have left gaps there. */
const GAPS = 4;
/** Maximum size of a stamped table at central, in bytes. It has all branches' rows, and the key's index finds those of one. */
const STAMPED_BYTES = 1024 ** 3;

/**
 * A table's part in a group; null where it is compared on its own: it is large or of unknown size, other branches have rows
 * in it, or what is to be said of it is not that it is equal.
 */
export function groupJob(central: CentralSettings, job: VerifyJob): GroupJob | null {
  const { connection, source, existing, mayDelete, writers } = job;
  // Views are read under their role's settings, and the size of partitioned tables is not known.
  if (source?.kind !== 'table' || existing?.kind !== 'table') return null;
  const layout = layoutOf(central, existing);
  const most = layout === 'stamp' ? STAMPED_BYTES : GAPS * GROUPED_BYTES;
  if (source.bytes > GROUPED_BYTES || existing.bytes > most) return null;
  if (layout === 'merge' && !mayDelete && (writers.length > 0 || source.key === null)) return null;
  try {
    const target = describeTarget(targetSchema(central, connection), layout, source, existing, false);
    return { ...job, source, central: existing, target };
  } catch {
    // Its own turn says why.
    return null;
  }
}

/**
 * Compares small tables at both ends in a constant number of round trips.
 *
 * @returns rows of the tables that are equal; all others need a turn of their own
 * @throws SyncFailure where any of them cannot be compared
 */
export async function verifyGroup(
  runner: VerifyRunner,
  centralEncoding: string,
  links: Links,
  jobs: readonly GroupJob[],
): Promise<readonly VerifyRow[]> {
  const { clock } = runner.ports;
  const started = clock.monotonic();
  const at = clock.now().toISOString();
  const [first] = jobs;
  if (first === undefined) return [];
  const context = { links, connection: first.connection.id, centralEncoding, stop: runner.stop };
  const found = await compareGroup(context, jobs);
  const each = (clock.monotonic() - started) / 1000 / jobs.length;
  return jobs.flatMap((job, place) => {
    const comparison = found[place] ?? null;
    if (comparison === null) return [];
    progress(runner, job, job.source)(comparison.sourceRows);
    const about = { connection: job.connection.id, table: job.table, at, seconds: () => each };
    const shared = layoutOf(runner.central, job.central) === 'merge' && !job.mayDelete;
    return [comparedRow(about, job, comparison, { shared, writers: job.writers, repair: null })];
  });
}
