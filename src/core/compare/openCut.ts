import type { TableShape } from '../catalogue/shape.ts';
import { ident } from '../postgres/quote.ts';
import type { Hashing } from './columns.ts';
import { type Cut, cutByHash, cutByRanges, FARTHEST_KEY, isWhole, rangeColumn } from './cut.ts';
import type { CompareContext, Side, Sides } from './sides.ts';

/** About what a row takes, where nobody has counted. */
const BYTES_A_ROW = 100;
/** A view or foreign table says nothing of its size. */
const ROWS_OF_UNKNOWN = 100_000;

/** Decides how a table is cut: the source's lowest and highest key say where. */
export async function openCut(context: CompareContext, sides: Sides, hashing: Hashing): Promise<Cut> {
  const rows = estimatedRows(context.source);
  const column = rangeColumn(context.source, context.target.key);
  if (column === null || isWhole(rows)) return cutByHash(hashing.key, rows);
  const [ours, theirs] = await Promise.all([
    keyBounds(sides.source, column),
    keyBounds(sides.central, column),
  ]);
  if (ours === 'far' || theirs === 'far') return cutByHash(hashing.key, rows);
  const bounds = ours ?? theirs;
  if (bounds === null) return { kind: 'whole' };
  return cutByRanges(context.source, column, bounds.low, bounds.high, rows);
}

function estimatedRows(source: TableShape): number {
  if (source.kind !== 'table') return source.estimatedRows ?? ROWS_OF_UNKNOWN;
  return source.estimatedRows ?? Math.ceil(source.bytes / BYTES_A_ROW);
}

interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** Lowest and highest key; null where there is no row, `far` where one is no number that fits (NaN, infinity, 10^30). */
async function keyBounds(side: Side, column: string): Promise<Bounds | 'far' | null> {
  const key = `t.${ident(column)}`;
  const where = side.where.length === 0 ? '' : ` WHERE ${side.where.join(' AND ')}`;
  const result = await side.session.query(
    `SELECT pg_catalog.min(${key})::pg_catalog.text AS low, pg_catalog.max(${key})::pg_catalog.text AS high FROM ${side.from}${where}`,
    [],
    side.session.workMs,
  );
  const { low = null, high = null } = result.rows[0] ?? {};
  if (low === null || high === null) return null;
  const bounds = [low, high].map(wholeNumber);
  const [from, to] = bounds;
  return from == null || to == null ? 'far' : { low: from, high: to };
}

/** The largest whole number that is not larger; null where it is too far out. */
function wholeNumber(text: string): bigint | null {
  const match = /^(-?\d+)(\.\d*)?$/.exec(text);
  if (match === null) return null;
  const whole = BigInt(match[1] ?? 0);
  const below = text.startsWith('-') && /[1-9]/.test(match[2] ?? '') ? whole - 1n : whole;
  return below > FARTHEST_KEY || below < -FARTHEST_KEY ? null : below;
}
