import type { CentralSettings, Layout } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Link, Links } from '../load/pass.ts';
import type { Session } from '../postgres/session.ts';
import { fingerprints } from '../source/fingerprints.ts';
import { changedSince, type Horizon, markAt, since } from '../source/mark.ts';
import { withRuns } from '../source/serverRuns.ts';
import { beginSnapshot, rowsOf } from '../source/snapshot.ts';
import { type CountedTable, countMine } from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { moveUnchanged } from '../target/checkpoints.ts';
import { drift } from '../target/drift.ts';
import type { Claim } from '../target/ownership.ts';
import { beginCentral } from '../target/setup.ts';
import { centralShapeDigest, layoutOf } from '../target/target.ts';
import type { ConnectionTable } from './connectionRun.ts';

/** A possibly unchanged table: its last pass is complete, and its central table fits. */
export interface SweepTable {
  readonly source: TableShape;
  readonly checkpoint: Checkpoint;
  /** See {@link centralShapeDigest}. */
  readonly shapeDigest: string;
  /** Whether rows gone from the source are removed at central, so that counts have to be equal. */
  readonly deletes: boolean;
  readonly target: CountedTable;
  /** Unlogged at central, so a crash may have removed rows since they were last counted. */
  readonly unlogged: boolean;
}

/** A table, with the transaction id from which its rows count as changed. */
type AskedTable = SweepTable & { readonly from: bigint };

/** Maximum bytes to scan in one query, so that workers share the load and progress is visible. */
export const GROUP_BYTES = 256 * 1024 * 1024;
/** Maximum tables in one query: a usual batch. Each takes a lock for itself and each index; a server has 6,400 by default. */
const GROUP_TABLES = 150;

/** Groups of tables for {@link sweep}. */
export function sweepGroups(tables: readonly SweepTable[]): readonly (readonly SweepTable[])[] {
  const groups: SweepTable[][] = [];
  let bytes = 0;
  for (const one of tables) {
    const group = groups.at(-1);
    if (group === undefined || group.length >= GROUP_TABLES || bytes + one.source.bytes > GROUP_BYTES) {
      groups.push([one]);
      bytes = one.source.bytes;
    } else {
      group.push(one);
      bytes += one.source.bytes;
    }
  }
  return groups;
}

/**
 * Scans several tables in one snapshot with one query, and ends those that are unchanged: no row version is newer than the
 * table's mark, and the source has as many rows as central. On most days that is most tables, and it saves a dozen round
 * trips for each.
 *
 * @param atCentral does work in a session to central that nobody else uses meanwhile
 * @returns the unchanged tables' new checkpoints; all other tables are run on their own
 */
export async function sweep(
  links: Pick<Links, 'source' | 'runs'>,
  atCentral: <T>(work: (central: Link) => Promise<T>) => Promise<T>,
  claim: Claim,
  batchId: string | null,
  tables: readonly SweepTable[],
): Promise<readonly Checkpoint[]> {
  const { session, version } = await links.source();
  const shapes = tables.map((one) => one.source);
  const begun = await beginSnapshot(session, version, shapes);
  const { takenAt } = begun;
  const horizon = withRuns(begun.horizon, links.runs);
  const same = await findUnchanged(session, version, horizon, tables);
  await session.query('COMMIT');
  if (same.length === 0) return [];
  const { fingerprint: _, ...mark } = markAt(horizon, null, null);
  return atCentral(async (central) => {
    const unchanged = await withRealCounts(central, claim, same);
    if (unchanged.length === 0) return [];
    const moved = unchanged.map((one) => one.checkpoint);
    return moveUnchanged(central.session, claim, batchId, takenAt, mark, moved);
  });
}

/**
 * The tables of which central really has as many rows as the checkpoint says. The checkpoint's number is only a sum, and
 * others may have removed rows at central. So each table is counted once a day, and an unlogged one every time.
 */
async function withRealCounts(
  { session }: Link,
  claim: Claim,
  tables: readonly SweepTable[],
): Promise<readonly SweepTable[]> {
  const due = tables.filter((one) => one.deletes && (one.unlogged || !one.checkpoint.counted));
  if (due.length === 0) return tables;
  const counts = due.map(
    ({ target }, index) => `SELECT ${index} AS n, (${countMine(target, claim.connection)}) AS rows`,
  );
  const script = [...beginCentral(session, claim.connection), counts.join(' UNION ALL '), 'COMMIT'];
  const rows = (await session.script(script, session.workMs)).at(-2)?.rows ?? [];
  const counted = new Map(rows.map((row) => [Number(row.n), Number(row.rows)]));
  const wrong = new Set(due.filter((one, index) => counted.get(index) !== one.checkpoint.centralRows));
  return tables.filter((one) => !wrong.has(one));
}

async function findUnchanged(
  session: Session,
  version: number,
  horizon: Horizon,
  tables: readonly SweepTable[],
): Promise<readonly SweepTable[]> {
  const shapes = tables.map((one) => one.source);
  const prints = await fingerprints(session, version, shapes);
  const asked = tables.flatMap((one) => {
    const own = prints.get(one.source.oid) ?? null;
    const from = since(one.checkpoint.mark, horizon, own === null ? null : `${own}/${one.shapeDigest}`);
    return typeof from === 'bigint' ? [{ ...one, from }] : [];
  });
  if (asked.length === 0) return [];
  const counted = await session.query(countQuery(asked), [], session.workMs);
  const byPlace = new Map(counted.rows.map((row) => [Number(row.n), row]));
  return asked.filter(({ checkpoint, deletes }, place) => {
    const { rows, changed } = byPlace.get(place) ?? { rows: '0', changed: '0' };
    return changed === '0' && (!deletes || Number(rows) === checkpoint.centralRows);
  });
}

/**
 * SQL that returns, for each table with rows, its index in `tables`, its number of rows and the number of changed ones.
 *
 * The part for each table is short, since every sweep sends it. Tables with the same mark, as those of one batch, share one
 * pair of aggregates.
 */
function countQuery(tables: readonly AskedTable[]): string {
  const marks = [...new Set(tables.map((one) => one.from))];
  const counts = marks.map((mark) => {
    const rows = tables.flatMap(({ source, from }, place) =>
      from === mark ? [`SELECT ${place},xmin FROM ${rowsOf(source)}`] : [],
    );
    return `SELECT n,pg_catalog.count(*),pg_catalog.count(*) FILTER (WHERE ${changedSince('x', mark)}) FROM (${rows.join(' UNION ALL ')}) t(n,x) GROUP BY n`;
  });
  return `SELECT * FROM (${counts.join(' UNION ALL ')}) t(n,rows,changed)`;
}

/**
 * Larger tables are not swept: their scan costs more than the round trips saved, and if a table has changed, its own run
 * scans it a second time.
 */
const LARGE_BYTES = 64 * 1024 * 1024;

/**
 * The possibly unchanged tables of a connection: their last pass is complete, and central's table fits. Tables that this
 * batch has already finished at central, unknown to the journal, are left out: their counts must stay.
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
    // Without a key and without the right to delete the table is refused, which its own run reports.
    if (shape.key === null && !deletes) return [];
    // In a shared table a count would not show that rows were lost.
    if (there.unlogged.length > 0 && !deletes) return [];
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
        shapeDigest: centralShapeDigest(shape, there),
        deletes,
        target,
        unlogged: there.unlogged.length > 0,
      },
    ];
  });
}

/** Whether a central table can take a source table's rows without changes. */
function fits(source: TableShape, central: TableShape, layout: Layout): boolean {
  try {
    return drift(source, central, layout).length === 0;
  } catch {
    // It cannot be made to fit. The table's own run reports why.
    return false;
  }
}
