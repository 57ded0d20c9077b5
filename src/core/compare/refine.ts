import type { RowHash } from './columns.ts';
import { type Cut, split } from './cut.ts';
import { type BothDigests, differingBuckets, digestBoth } from './digests.ts';
import type { Sides } from './sides.ts';

/** Where more differ, finding out more costs as much as moving them. */
const FEW = 16;
/** Rows that a differing bucket is to come down to. */
const FINE_ROWS = 512;
/** At most so many parts at a time: keys may lie thick in one place, which takes some steps. */
const MOST_BITS = 8;

/** Cuts the buckets that differ smaller, while they are few, so that little has to move to mend them. */
export async function refine(
  sides: Sides,
  cut: Cut,
  hash: RowHash,
  digests: BothDigests,
): Promise<{ readonly cut: Cut; readonly digests: BothDigests }> {
  const differing = differingBuckets(digests);
  if (differing.length === 0 || differing.length > FEW) return { cut, digests };
  const largest = Math.max(...differing.map((bucket) => rowsIn(digests, bucket)));
  const wanted = Math.min(MOST_BITS, Math.ceil(Math.log2(largest / FINE_ROWS)));
  const { cut: fine, bits } = split(cut, Math.max(0, wanted));
  if (bits === 0) return { cut, digests };
  const parts = 2 ** bits;
  const buckets = differing.flatMap((bucket) =>
    Array.from({ length: parts }, (_, part) => bucket * parts + part),
  );
  const finer = await digestBoth(sides, { cut: fine, hash, buckets });
  return refine(sides, fine, hash, finer);
}

function rowsIn({ source, central }: BothDigests, bucket: number): number {
  return Math.max(source.get(bucket)?.rows ?? 0, central.get(bucket)?.rows ?? 0);
}
