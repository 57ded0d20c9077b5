import type { RowHash } from './columns.ts';
import type { Cut } from './cut.ts';
import { differingBuckets, digestBoth } from './digests.ts';
import type { Sides } from './sides.ts';

/** With fewer ranges, finding out what differs is cheap in any case. */
const WORTH_PROBING = 16;

/**
 * Whether a table differs all over: four ranges, spread over it, differ every one. Where one row in a
 * hundred has changed, scattered, nearly every range differs and digests bring nothing.
 */
export async function probeHopeless(sides: Sides, cut: Cut, hash: RowHash): Promise<boolean> {
  if (cut.kind !== 'ranges' || cut.last < WORTH_PROBING) return false;
  const buckets = [0, Math.floor(cut.last / 3), Math.floor((cut.last * 2) / 3), cut.last];
  const digests = await digestBoth(sides, { cut, hash, buckets });
  return differingBuckets(digests).length === buckets.length;
}
