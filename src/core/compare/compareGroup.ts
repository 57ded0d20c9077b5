import type { TableShape } from '../catalogue/shape.ts';
import { bucketCount } from '../digest/buckets.ts';
import type { ComparedGroup, Digests, GroupRequest } from '../digest/comparedTable.ts';
import { isShareable } from '../digest/sharedQueries.ts';
import { SqlGroup } from '../digest/sqlGroup.ts';
import type { Links } from '../load/pass.ts';
import type { Link } from '../postgres/link.ts';
import type { GroupSnapshot } from '../source/port.ts';
import { pinNodes } from '../target/distribution.ts';
import type { Target } from '../target/target.ts';
import { boundedColumn, bucketsOf } from './bucketing.ts';
import { type Hashing, hashing } from './columns.ts';
import type { Comparison } from './compareTable.ts';
import { differingBuckets, rowsOf } from './digests.ts';
import { beginComparing, rowsAtCentral } from './snapshots.ts';

/** A table to compare with others. */
export interface GroupedTable {
  readonly source: TableShape;
  readonly central: TableShape;
  readonly target: Target;
}

export interface GroupContext {
  readonly links: Links;
  readonly connection: string;
  /** The encoding of central's database. */
  readonly centralEncoding: string;
  readonly stop: AbortSignal;
}

/** Maximum size of a table, with its large values. From there on a server may scan it with several processes. */
export const GROUPED_BYTES = 8 * 1024 * 1024;

/** Maximum time to wait for a lock at central, in milliseconds: all tables of the group wait with it. */
const LOCK_MS = 1000;

/**
 * Compares several small tables as {@link compareTable} does, with the same snapshots, rows and buckets, but with one query
 * for many of them: on a slow link, the round trips of each would take longer than everything else.
 *
 * @returns a comparison for each table that is equal; null for each that differs, has changed its shape or is too large
 * @throws SyncFailure where any of the tables cannot be compared; then nothing is known of the others, either
 */
export async function compareGroup(
  context: GroupContext,
  tables: readonly GroupedTable[],
): Promise<readonly (Comparison | null)[]> {
  const { links, stop } = context;
  const [from, to] = await Promise.all([links.source(), links.central()]);
  const shapes = tables.map((one) => one.source);
  const snapshot = await from.openGroup(shapes, GROUPED_BYTES);
  const central = centralGroup(context, to, tables);
  try {
    stop.throwIfAborted();
    return await compareIn(snapshot, central, tables);
  } catch (error) {
    if (stop.aborted) {
      // The other database may still be executing a statement.
      from.destroy();
      to.destroy();
    } else await Promise.all([snapshot.compared.close(), central.close()]);
    throw error;
  }
}

function centralGroup(
  { connection, centralEncoding }: GroupContext,
  { session, version }: Link,
  tables: readonly GroupedTable[],
): ComparedGroup {
  return new SqlGroup(session, {
    side: 'central',
    version,
    encoding: centralEncoding,
    tables: tables.map(({ target }) => rowsAtCentral(target, connection)),
    ahead: [
      ...beginComparing(session),
      ...(tables.some((one) => one.central.distributed) ? pinNodes(session) : []),
      `SET LOCAL lock_timeout = ${Math.min(LOCK_MS, session.lockMs)}`,
    ],
    end: 'COMMIT',
  });
}

async function compareIn(
  { takenAt, comparable, compared: source }: GroupSnapshot,
  central: ComparedGroup,
  tables: readonly GroupedTable[],
): Promise<readonly (Comparison | null)[]> {
  const hashes = tables.map((one, place) => {
    if (!comparable[place]) return null;
    const found = hashing(one.source, one.central, one.target, { source, central }, true);
    return isShareable(found.row) ? found : null;
  });
  const requests = await requestsOf(source, central, tables, hashes);
  if (requests.length === 0) await source.close();
  const [ours, theirs] =
    requests.length === 0
      ? [new Map<number, Digests>(), new Map<number, Digests>()]
      : await Promise.all([source.digests(requests), central.digests(requests)]);
  const byPlace = new Map(requests.map((one) => [one.place, one]));
  return tables.map((_, place) => {
    const [request, hash] = [byPlace.get(place), hashes[place]];
    const [mine, other] = [ours.get(place), theirs.get(place)];
    if (request === undefined || !hash || mine === undefined || other === undefined) return null;
    if (differingBuckets({ source: mine, central: other }).length > 0) return null;
    return {
      sourceRows: rowsOf(mine),
      centralRows: rowsOf(other),
      buckets: bucketCount(request.bucketing),
      bucketing: request.bucketing,
      differing: [],
      hopeless: false,
      leftOut: hash.leftOut,
      snapshotAt: takenAt,
    };
  });
}

/** Divides the tables into buckets. */
async function requestsOf(
  source: ComparedGroup,
  central: ComparedGroup,
  tables: readonly GroupedTable[],
  hashes: readonly (Hashing | null)[],
): Promise<readonly GroupRequest[]> {
  const columns = tables.map((one, place) =>
    hashes[place] ? boundedColumn(one.source, one.target.key) : null,
  );
  const [ours, theirs] = await Promise.all([source.keyBounds(columns), central.keyBounds(columns)]);
  return tables.flatMap((one, place) => {
    const hash = hashes[place];
    if (!hash) return [];
    const bounds = [ours[place] ?? null, theirs[place] ?? null] as const;
    const bucketing = bucketsOf(one.source, hash, columns[place] ?? null, ...bounds);
    return [{ place, bucketing, hash: hash.row }];
  });
}
