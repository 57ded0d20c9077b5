import type { Digest, DigestRequest, Digests } from '../digest/comparedTable.ts';
import type { SideName } from '../digest/rowHash.ts';
import type { BothSnapshots } from './snapshots.ts';

export interface BothDigests {
  readonly source: Digests;
  readonly central: Digests;
}

/**
 * Computes the digests of both databases at the same time.
 *
 * @param onRows called with the rows compared so far, as counted in the slower database
 * @throws the reason of `request.stop` where it was stopped
 */
export async function digestBoth(
  { source, central }: Pick<BothSnapshots, SideName>,
  request: DigestRequest,
  onRows?: (rows: number) => void,
): Promise<BothDigests> {
  const seen = { source: 0, central: 0 };
  const tell = (side: SideName, rows: number): void => {
    seen[side] += rows;
    onRows?.(Math.min(seen.source, seen.central));
  };
  const [ours, theirs] = await Promise.all([
    source.digests(request, (rows) => tell('source', rows)),
    central.digests(request, (rows) => tell('central', rows)),
  ]);
  return { source: ours, central: theirs };
}

/** Numbers of the buckets whose digests differ, in ascending order. */
export function differingBuckets({ source, central }: BothDigests): readonly number[] {
  const all = new Set([...source.keys(), ...central.keys()]);
  return [...all].filter((bucket) => !same(source.get(bucket), central.get(bucket))).sort((a, b) => a - b);
}

function same(a: Digest | undefined, b: Digest | undefined): boolean {
  return a?.rows === b?.rows && a?.sum === b?.sum;
}

/** Total number of rows. */
export function rowsOf(digests: Digests): number {
  return [...digests.values()].reduce((sum, one) => sum + one.rows, 0);
}
