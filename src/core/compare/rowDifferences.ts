import { z } from 'zod';
import { ident } from '../postgres/quote.ts';
import { parseJson } from '../postgres/readJson.ts';
import { type Recoding, utf8Bytes } from '../postgres/recoding.ts';
import { type Bucketing, bucketOf, inBuckets, type SideName } from './bucketing.ts';
import type { RowHash } from './columns.ts';
import type { BothSnapshots, Side } from './snapshots.ts';

/** How the rows of a bucket differ. */
export interface RowDifferences {
  /** At the source only. */
  readonly missing: number;
  /** At central only: deleted at the source, or never there. Not counted where branches share the table. */
  readonly extra: number;
  /** The same key with other contents. */
  readonly different: number;
  /** How many of `missing` and `different` are newer at the source than the mark; null without a mark. */
  readonly newerMissing: number | null;
  readonly newerDifferent: number | null;
  /** Keys of some differing rows that are not newer, one text per column. */
  readonly examples: readonly (readonly string[])[];
}

export interface RowRequest {
  readonly bucketing: Bucketing;
  readonly key: readonly string[];
  /** How to read the source's texts; null as the server declares them. */
  readonly recoding: Recoding | null;
  readonly buckets: readonly {
    readonly bucket: number;
    readonly sourceRows: number;
    readonly centralRows: number;
  }[];
  /** SQL condition for source rows newer than the mark; null where the mark cannot tell. */
  readonly newer: string | null;
  /** Branches share the table: all differing buckets are compared row by row, and extra rows belong to other branches. */
  readonly shared: boolean;
  readonly stop: AbortSignal;
}

const EXAMPLES = 5;
/** Maximum number of example keys for a shared table, where differing rows may be keys that two branches both have. */
const COLLISIONS = 20;
/** Maximum number of rows in differing buckets to compare one by one (half a megabyte to transfer). */
const MOST_ROWS = 10_000;
/** Rows, of both databases together, to hold in memory at a time. */
const ROWS_AT_ONCE = 50_000;

/**
 * Compares the single rows of differing buckets, by the digests of their keys and contents.
 *
 * @returns by bucket; empty where there are too many rows
 */
export async function rowDifferences(
  sides: BothSnapshots,
  key: RowHash,
  hash: RowHash,
  request: RowRequest,
): Promise<ReadonlyMap<number, RowDifferences>> {
  const found = new Map<number, Tally>();
  const total = request.buckets.reduce((sum, one) => sum + one.sourceRows + one.centralRows, 0);
  if (total > MOST_ROWS && !request.shared) return found;
  for (const buckets of groups(request.buckets, ROWS_AT_ONCE)) {
    request.stop.throwIfAborted();
    const list = (side: Side, name: SideName) =>
      listRows(side, name, key[name], hash[name], request, buckets);
    const [source, central] = await Promise.all([
      list(sides.source, 'source'),
      list(sides.central, 'central'),
    ]);
    for (const bucket of buckets)
      found.set(bucket, new Tally(request.newer !== null, request.shared ? COLLISIONS : EXAMPLES));
    for (const [id, row] of source) found.get(row.bucket)?.ours(row, central.get(id));
    if (request.shared) continue;
    for (const [id, row] of central) if (!source.has(id)) found.get(row.bucket)?.theirs(row);
  }
  return found;
}

/** Groups consecutive buckets so that a group has at most `most` rows. A bucket with more is a group of its own. */
export function groups(
  buckets: readonly { readonly bucket: number; readonly sourceRows: number; readonly centralRows: number }[],
  most: number,
): readonly (readonly number[])[] {
  const all: number[][] = [];
  let room = 0;
  for (const { bucket, sourceRows, centralRows } of buckets) {
    const rows = sourceRows + centralRows;
    if (rows > room || all.length === 0) {
      all.push([]);
      room = most;
    }
    all.at(-1)?.push(bucket);
    room -= rows;
  }
  return all;
}

/** How many rows of each differing bucket are newer at the source than the mark. */
export async function newerRows(
  side: Side,
  { bucketing, buckets, newer }: RowRequest,
): Promise<ReadonlyMap<number, number>> {
  const numbers = buckets.map((one) => one.bucket);
  const where = [...side.where, inBuckets(bucketing, numbers, 'source') ?? 'true', newer ?? 'false'].join(
    ' AND ',
  );
  const result = await side.session.query(
    `SELECT ${bucketOf(bucketing, 'source')} AS bucket, pg_catalog.count(*) AS rows FROM ${side.from} WHERE ${where} GROUP BY 1`,
    [],
    side.session.workMs,
  );
  return new Map(result.rows.map((row) => [Number(row.bucket), Number(row.rows)]));
}

interface Row {
  readonly bucket: number;
  readonly hash: string;
  readonly newer: boolean;
  readonly key: readonly string[];
}

async function listRows(
  side: Side,
  name: SideName,
  key: string,
  hash: string,
  request: RowRequest,
  buckets: readonly number[],
): Promise<ReadonlyMap<string, Row>> {
  const { bucketing, newer, shared } = request;
  const where = [...side.where, inBuckets(bucketing, buckets, name) ?? 'true'].join(' AND ');
  const recoding = name === 'source' ? request.recoding : null;
  const texts = request.key.map((one) => keyText(`t.${ident(one)}::pg_catalog.text`, recoding)).join(', ');
  const named = name === 'central' && shared ? 'NULL' : `pg_catalog.json_build_array(${texts})`;
  const result = await side.session.query(
    `SELECT ${bucketOf(bucketing, name)} AS bucket, ${key} AS id, ${hash} AS hash, ${named} AS key,
       ${name === 'source' && newer !== null ? newer : 'false'} AS newer FROM ${side.from} WHERE ${where}`,
    [],
    side.session.workMs,
  );
  return new Map(
    result.rows.map((row) => [
      row.id ?? '',
      {
        bucket: Number(row.bucket),
        hash: row.hash ?? '',
        newer: row.newer === 't',
        key: keyOf(row.key ?? '[]', recoding),
      },
    ]),
  );
}

/** SQL of a key's text, as hexadecimal digits if the server would convert it from an encoding that it is not in. */
function keyText(text: string, recoding: Recoding | null): string {
  return recoding === null ? text : `pg_catalog.encode(${utf8Bytes(text, recoding)}, 'hex')`;
}

/** The texts are only shown to people, so any text is valid. */
const keyTexts = z.array(z.string());

function keyOf(json: string, recoding: Recoding | null): readonly string[] {
  const texts = parseJson(keyTexts, json) ?? [];
  return recoding === null ? texts : texts.map((one) => Buffer.from(one, 'hex').toString('utf8'));
}

/** Counts the differences of one bucket. */
class Tally implements RowDifferences {
  missing = 0;
  extra = 0;
  different = 0;
  newerMissing: number | null;
  newerDifferent: number | null;
  readonly examples: (readonly string[])[] = [];

  readonly #most: number;

  constructor(marked: boolean, most: number) {
    this.#most = most;
    this.newerMissing = marked ? 0 : null;
    this.newerDifferent = marked ? 0 : null;
  }

  ours(row: Row, other: Row | undefined): void {
    if (other?.hash === row.hash) return;
    if (other === undefined) this.missing++;
    else this.different++;
    if (!row.newer) this.#example(row);
    else if (other === undefined) this.newerMissing = (this.newerMissing ?? 0) + 1;
    else this.newerDifferent = (this.newerDifferent ?? 0) + 1;
  }

  theirs(row: Row): void {
    this.extra++;
    this.#example(row);
  }

  #example(row: Row): void {
    if (this.examples.length < this.#most) this.examples.push(row.key);
  }
}
