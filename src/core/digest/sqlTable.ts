import { z } from 'zod';
import type { TableShape } from '../catalogue/shape.ts';
import { ident, own } from '../postgres/quote.ts';
import { catalogueUnreadable, parseJson } from '../postgres/readJson.ts';
import { type Recoding, utf8Bytes } from '../postgres/recoding.ts';
import type { Session, StatementResult, TextRow } from '../postgres/session.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import { type Bucketing, bucketOf, inBuckets } from './buckets.ts';
import type {
  ComparedTable,
  Digest,
  DigestRequest,
  Digests,
  HashedRow,
  KeyBounds,
  Newer,
  RowHashRequest,
} from './comparedTable.ts';
import { rowHashSql, type SideName } from './rowHash.ts';

/** A table of a PostgreSQL database, and where it is read. */
export interface SqlTablePlace {
  readonly side: SideName;
  readonly version: number;
  readonly encoding: string;
  readonly timeZone: string | null;
  /** FROM and WHERE of the connection's rows, as `t`. */
  readonly from: string;
  readonly where: readonly string[];
  /** Size of the table in blocks, to scan it in stretches; 0 leaves the way of reading to the planner. */
  readonly blocks: number;
  /** How to read its texts; null as the server declares them. */
  readonly recoding: Recoding | null;
  /** SQL condition for rows newer than a mark. */
  newer(since: bigint): string;
}

/** Blocks to scan per statement: 256 MB, some seconds. Progress can be reported only between statements. */
const STRETCH_BLOCKS = 32_768;
/** Maximum number of stretches, because each one transfers a row per bucket. */
const MOST_STRETCHES = 16;

/** A table of a PostgreSQL database in an open snapshot. */
export class SqlTable implements ComparedTable {
  readonly #session: Session;
  readonly #place: SqlTablePlace;

  constructor(session: Session, place: SqlTablePlace) {
    this.#session = session;
    this.#place = place;
  }

  get version(): number {
    return this.#place.version;
  }

  get encoding(): string {
    return this.#place.encoding;
  }

  get timeZone(): string | null {
    return this.#place.timeZone;
  }

  async keyBounds(column: string): Promise<KeyBounds | 'far' | null> {
    const key = `t.${ident(column)}`;
    const result = await this.#query(
      `SELECT pg_catalog.min(${key})::pg_catalog.text AS low, pg_catalog.max(${key})::pg_catalog.text AS high FROM ${this.#rows([])}`,
    );
    return boundsOf(result.rows[0]);
  }

  /** Large tables are scanned in stretches of blocks, so that progress can be reported and the work stopped in between. */
  async digests(request: DigestRequest, onRows: (rows: number) => void): Promise<Digests> {
    const sums = new Map<number, Digest>();
    for (const stretch of this.#stretches(request)) {
      request.stop?.throwIfAborted();
      const { rows } = await this.#query(this.#digestQuery(request, stretch));
      for (const row of rows) addDigest(sums, row);
      onRows(rows.reduce((all, row) => all + Number(row.rows), 0));
    }
    return sums;
  }

  async rowHashes(request: RowHashRequest): Promise<ReadonlyMap<string, HashedRow>> {
    const { bucketing, buckets, key, keyHash, rowHash, newer } = request;
    const { side, recoding } = this.#place;
    const texts = key?.map((one) => keyText(`t.${ident(one)}::pg_catalog.text`, recoding)).join(', ');
    const named = texts === undefined ? 'NULL' : `pg_catalog.json_build_array(${texts})`;
    const result = await this.#query(
      `SELECT ${bucketOf(bucketing, side)} AS bucket, ${rowHashSql(keyHash, side)} AS id, ${rowHashSql(rowHash, side)} AS hash, ${named} AS key,
       ${this.#newer(newer)} AS newer FROM ${this.#rows([inBuckets(bucketing, buckets, side) ?? 'true'])}`,
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

  async newerRows(
    bucketing: Bucketing,
    buckets: readonly number[],
    newer: Newer,
  ): Promise<ReadonlyMap<number, number>> {
    const { side } = this.#place;
    const where = [inBuckets(bucketing, buckets, side) ?? 'true', this.#newer(newer)];
    const result = await this.#query(
      `SELECT ${bucketOf(bucketing, side)} AS bucket, pg_catalog.count(*) AS rows FROM ${this.#rows(where)} GROUP BY 1`,
    );
    return new Map(result.rows.map((row) => [Number(row.bucket), Number(row.rows)]));
  }

  #query(text: string): Promise<StatementResult> {
    return this.#session.query(text, [], this.#session.workMs);
  }

  #newer(newer: Newer): string {
    return newer === null ? 'false' : this.#place.newer(newer.since);
  }

  /** SQL of FROM and WHERE. */
  #rows(conditions: readonly string[]): string {
    const all = [...this.#place.where, ...conditions];
    return all.length === 0 ? this.#place.from : `${this.#place.from} WHERE ${all.join(' AND ')}`;
  }

  /** SQL conditions that divide the table into stretches of blocks; a single null where it is read at once. */
  #stretches({ buckets }: DigestRequest): readonly (string | null)[] {
    const count = Math.min(MOST_STRETCHES, Math.ceil(this.#place.blocks / STRETCH_BLOCKS));
    if (count <= 1 || buckets !== undefined) return [null];
    const blocks = Math.ceil(this.#place.blocks / count);
    return Array.from({ length: count }, (_, index) => {
      const from = `t.ctid ${own('>=')} '(${index * blocks},0)'::pg_catalog.tid`;
      // The last stretch has no end, because the table may have grown since its size was read.
      return index === count - 1
        ? from
        : `${from} AND t.ctid ${own('<')} '(${(index + 1) * blocks},0)'::pg_catalog.tid`;
    });
  }

  #digestQuery({ bucketing, hash, buckets }: DigestRequest, stretch: string | null): string {
    const { side } = this.#place;
    const conditions = [
      ...(stretch === null ? [] : [stretch]),
      ...(buckets === undefined ? [] : [inBuckets(bucketing, buckets, side) ?? 'true']),
    ];
    return `SELECT ${bucketOf(bucketing, side)} AS bucket, pg_catalog.count(*) AS rows, pg_catalog.sum(${rowHashSql(hash, side)}) AS sum
    FROM ${this.#rows(conditions)} GROUP BY 1`;
  }
}

/** First version that can scan a range of blocks. Partitioned and foreign tables have no block numbers. */
const STRETCHES_SINCE = 140000;
const BLOCK_BYTES = 8192;

/** See {@link SqlTablePlace.blocks}. */
export function blocksOf(shape: TableShape, version: number): number {
  return shape.kind === 'table' && version >= STRETCHES_SINCE ? Math.ceil(shape.bytes / BLOCK_BYTES) : 0;
}

/** Reads the lowest and highest value of a key column; null where there is no row. */
export function boundsOf({ low = null, high = null }: TextRow = {}): KeyBounds | 'far' | null {
  if (low === null || high === null) return null;
  const [from, to] = [floorOf(low), floorOf(high)];
  return from === null || to === null ? 'far' : { low: from, high: to };
}

/** Adds a row of digests (`bucket`, `rows`, `sum`) to those of its table. */
export function addDigest(digests: Map<number, Digest>, row: TextRow): void {
  const bucket = Number(row.bucket);
  const before = digests.get(bucket) ?? { rows: 0, sum: 0n };
  digests.set(bucket, { rows: before.rows + Number(row.rows), sum: before.sum + sumOf(row) });
}

function sumOf({ sum }: TextRow): bigint {
  const whole = wholeNumber(sum ?? '0');
  if (whole === null) throw catalogueUnreadable(`sum of hashes: ${sum}`);
  return whole;
}

/** Keys beyond this use a hash, because the difference of two keys must fit into 64 bits. */
const FARTHEST_KEY = 2n ** 61n;

/** The largest whole number that is not larger; null where it is too far out. */
function floorOf(text: string): bigint | null {
  const match = /^(-?\d+)(\.\d*)?$/.exec(text);
  const whole = wholeNumber(match?.[1] ?? '');
  if (match === null || whole === null) return null;
  const below = text.startsWith('-') && /[1-9]/.test(match[2] ?? '') ? whole - 1n : whole;
  return below > FARTHEST_KEY || below < -FARTHEST_KEY ? null : below;
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
