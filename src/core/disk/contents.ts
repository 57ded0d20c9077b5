import { z } from 'zod';
import { storedMark } from '../target/checkpoint.ts';
import { damaged } from './diskErrors.ts';

/** A place in an export at which a block begins. */
const place = z.object({
  part: z.int().positive(),
  offset: z.int().nonnegative(),
  /** Number of the block, over all parts. */
  block: z.int().nonnegative(),
});
export type ExportPlace = z.output<typeof place>;

/** What the whole export has in common. */
export const exportHead = z.object({
  createdAt: z.string(),
  /** The connection's settings without its address: {@link ConnectionFile} checks them. */
  connection: z.record(z.string(), z.unknown()),
  /** Where the branch's settings say that the rows go. */
  layout: z.string(),
  schema: z.string(),
  /** See `SourceFacts`. */
  identity: z.string().nullable(),
  hidden: z.object({ sql: z.string(), identity: z.boolean() }).nullable(),
});
export type ExportHead = z.output<typeof exportHead>;

/** Rows in blocks that follow one another. A table has several where its export was long or was interrupted. */
const segment = place.extend({ blocks: z.int().nonnegative(), rows: z.int().nonnegative() });
export type Segment = z.output<typeof segment>;

/** One table of an export. */
const exportedTable = z.object({
  name: z.string(),
  facts: z.string(),
  types: z.string().nullable(),
  /** The server's version, as `server_version_num`. */
  version: z.int(),
  recoding: z.object({ declared: z.string(), real: z.string() }).nullable(),
  bytes: z.int().nonnegative(),
  estimatedRows: z.int().nonnegative().nullable(),
  /** The mark of the snapshot in which the table's export began. Its fingerprint covers only the source's table. */
  mark: storedMark,
  takenAt: z.string(),
  /** Layout `merge`: whether the branch may delete in a table that it shares. */
  allowDeletes: z.boolean(),
  /** In the order in which each row has them. */
  columns: z.array(z.string()),
  segments: z.array(segment),
});
export type ExportedTable = z.output<typeof exportedTable>;

/** The index of an export. */
export const exportIndex = z.object({
  tables: z.array(exportedTable),
  /** Lengths in bytes of the parts before the one in which the last row stands. */
  parts: z.array(z.int().positive()),
});

/** A table whose rows are being written. */
const openTable = z.object({
  table: exportedTable,
  /** Identity and columns of the table: see `TableShape.shapeDigest`. */
  shapeDigest: z.string(),
  /** The key of the last row written; null before the first row, and where there is no key. */
  after: z.array(z.string()).nullable(),
});
export type OpenTable = z.output<typeof openTable>;

/** The state from which an unfinished export goes on. */
export const exportProgress = z.object({
  head: exportHead,
  /** The tables that were asked for; empty means all. */
  names: z.array(z.string()),
  partBytes: z.int().positive(),
  /** Where the next block goes; null before the first one. */
  at: place.nullable(),
  parts: z.array(z.int().positive()),
  tables: z.array(exportedTable),
  open: openTable.nullable(),
});
export type ExportProgress = z.output<typeof exportProgress>;

/** Reads contents that were sealed by this program. @throws UsageError `export_damaged` */
export function readContents<T>(schema: z.ZodType<T>, bytes: Buffer, file: string, what: string): T {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    throw damaged(file, what, error);
  }
}

export function rowsIn(table: Pick<ExportedTable, 'segments'>): number {
  return table.segments.reduce((sum, one) => sum + one.rows, 0);
}
