import type { CentralSettings, Layout } from '../../shared/settings.ts';
import { Strategy } from '../../shared/status.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Links } from '../load/pass.ts';
import type { Link } from '../postgres/link.ts';
import { type CountedTable, countMine } from '../target/apply.ts';
import type { Checkpoint } from '../target/checkpoint.ts';
import { drift } from '../target/drift.ts';
import type { SharedMark, UnchangedTables } from '../target/manyCheckpoints.ts';
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

/** Maximum bytes to scan in one query, so that workers share the load and progress is visible. */
export const GROUP_BYTES = 256 * 1024 * 1024;
/** Maximum tables in one query. Each takes a lock for itself and each index; a server has 6,400 by default. */
const GROUP_TABLES = 300;

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

/** Tables of a group that one snapshot has shown to be unchanged. */
export type Unchanged = Omit<UnchangedTables, 'follow' | 'others' | 'releases'>;

/**
 * Asks the source in one snapshot which of several tables are unchanged: nothing is newer than the table's mark, and the
 * source has as many rows as central. On most days that is most tables, and it saves a dozen round trips for each.
 *
 * @param atCentral does work in a session to central that nobody else uses meanwhile
 * @returns null if there are none; all other tables are run on their own
 */
export async function sweep(
  links: Pick<Links, 'source'>,
  atCentral: <T>(work: (central: Link) => Promise<T>) => Promise<T>,
  claim: Claim,
  tables: readonly SweepTable[],
): Promise<Unchanged | null> {
  const source = await links.source();
  // Where central's rows are not known, equal counts cannot be proved.
  const able = tables.filter((one) => !one.deletes || one.checkpoint.centralRows !== null);
  const asked = able.map(({ source: table, checkpoint, shapeDigest, deletes }) => {
    return { table, mark: checkpoint.mark, shapeDigest, rows: deletes ? checkpoint.centralRows : null };
  });
  const { takenAt, mark, unchanged: found } = await source.findUnchanged(asked);
  const same = able.filter((_, place) => found[place]);
  const due = same.filter((one) => one.deletes && (one.unlogged || !one.checkpoint.counted));
  const wrong = due.length === 0 ? NONE : await atCentral((central) => otherCounts(central, claim, due));
  const unchanged = same.filter((one) => !wrong.has(one));
  if (unchanged.length === 0) return null;
  return {
    tables: unchanged.map((one) => one.checkpoint),
    mark,
    sourceSnapshotAt: takenAt,
    counted: unchanged.every((one) => !one.deletes || due.includes(one)),
  };
}

const NONE: ReadonlySet<SweepTable> = new Set();

/**
 * The tables of which central has another number of rows than the checkpoint says. The checkpoint's number is only a sum,
 * and others may have removed rows at central. So each table is counted once a day, and an unlogged one every time.
 */
async function otherCounts(
  { session }: Link,
  claim: Claim,
  due: readonly SweepTable[],
): Promise<ReadonlySet<SweepTable>> {
  const counts = due.map(
    ({ target }, index) => `SELECT ${index} AS n, (${countMine(target, claim.connection)}) AS rows`,
  );
  const script = [...beginCentral(session, claim.connection), counts.join(' UNION ALL '), 'COMMIT'];
  const rows = (await session.script(script, session.workMs)).at(-2)?.rows ?? [];
  const counted = new Map(rows.map((row) => [Number(row.n), Number(row.rows)]));
  return new Set(due.filter((one, index) => counted.get(index) !== one.checkpoint.centralRows));
}

/**
 * What several groups were found to be, under the mark of the earliest snapshot: a table that was unchanged later was so
 * then. Groups that have seen different runs of the source's server stay apart.
 */
export function merged(groups: readonly Unchanged[]): readonly Unchanged[] {
  const [first, ...rest] = groups.toSorted((one, other) => earlier(one.mark, other.mark));
  if (first === undefined) return [];
  if (rest.some(({ mark }) => RUN.some((part) => mark[part] !== first.mark[part]))) return groups;
  return [
    {
      ...first,
      tables: [first, ...rest].flatMap(({ tables }) => tables),
      counted: groups.every(({ counted }) => counted),
    },
  ];
}

const RUN = ['identity', 'timeline', 'started', 'recovered'] as const;

function earlier(one: SharedMark, other: SharedMark): number {
  const by = BigInt(one.xmin || 0) - BigInt(other.xmin || 0) || BigInt(one.lsn ?? 0) - BigInt(other.lsn ?? 0);
  return by < 0n ? -1 : by > 0n ? 1 : 0;
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
