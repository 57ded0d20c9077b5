import { ident, own } from '../postgres/quote.ts';
import { type RowHash, rowHashSql, type SideName } from './rowHash.ts';

/**
 * How a table is divided into buckets, in the same way in both databases: by ranges of the key if that is one number,
 * else by a hash of the key, which does not depend on collations. Ranges are better: recent changes are usually at the
 * table's end and touch few of them, and the key's index finds their rows.
 */
export type Bucketing =
  | { readonly kind: 'whole' }
  | {
      readonly kind: 'ranges';
      readonly column: string;
      /** Whether keys may have fractions. */
      readonly fractions: boolean;
      /** First key of bucket 0, which also takes all lower keys. */
      readonly low: bigint;
      /** A bucket spans 2^shift keys, so that it can be split into equal parts. */
      readonly shift: number;
      /** Number of the last bucket, which also takes all higher keys. */
      readonly last: number;
    }
  | { readonly kind: 'hash'; readonly key: RowHash; readonly bits: number };

/** Number of buckets, including empty ones. */
export function bucketCount(bucketing: Bucketing): number {
  if (bucketing.kind === 'whole') return 1;
  return bucketing.kind === 'ranges' ? bucketing.last + 1 : 2 ** bucketing.bits;
}

/** SQL of the number of the bucket of the row `t`. */
export function bucketOf(bucketing: Bucketing, side: SideName): string {
  if (bucketing.kind === 'whole') return '0';
  if (bucketing.kind === 'hash')
    return `(${rowHashSql(bucketing.key, side)} ${own('&')} ${2 ** bucketing.bits - 1})`;
  const value = `t.${ident(bucketing.column)}`;
  const whole = bucketing.fractions ? `pg_catalog.floor(${value})::bigint` : `${value}::bigint`;
  return `least(greatest(${whole} ${own('-')} (${bucketing.low}), 0) ${own('>>')} ${bucketing.shift}, ${bucketing.last})`;
}

/** SQL condition for rows `t` in any of these buckets; null where it holds for every row. */
export function inBuckets(bucketing: Bucketing, buckets: readonly number[], side: SideName): string | null {
  if (bucketing.kind === 'whole') return null;
  if (buckets.length === 0) return 'false';
  if (bucketing.kind === 'hash')
    return `${bucketOf(bucketing, side)} ${own('=')} ANY ('{${buckets.join(',')}}'::bigint[])`;
  const column = `t.${ident(bucketing.column)}`;
  const ranges = neighbours(buckets).map(([first, last]) => {
    const { from, below } = keysOf(bucketing, first, last);
    const bounds = [
      ...(from === null ? [] : [`${column} ${own('>=')} (${from})`]),
      ...(below === null ? [] : [`${column} ${own('<')} (${below})`]),
    ];
    return bounds.length === 0 ? 'true' : `(${bounds.join(' AND ')})`;
  });
  return ranges.length === 1 ? (ranges[0] ?? 'true') : `(${ranges.join(' OR ')})`;
}

/** The range of keys from the first to the last bucket; null where it has no bound. */
export function keysOf(
  bucketing: Extract<Bucketing, { kind: 'ranges' }>,
  first: number,
  last: number,
): { readonly from: bigint | null; readonly below: bigint | null } {
  const edge = (bucket: number): bigint => bucketing.low + (BigInt(bucket) << BigInt(bucketing.shift));
  return { from: first === 0 ? null : edge(first), below: last === bucketing.last ? null : edge(last + 1) };
}

/** Joins adjacent buckets to [first, last] runs. */
function neighbours(buckets: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const bucket of [...buckets].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === bucket) run[1] = bucket;
    else runs.push([bucket, bucket]);
  }
  return runs;
}
