import type { TableRow } from '../../shared/contract.ts';
import { dataBytes } from '../postgres/rowBlock.ts';
import type { RowForm, Snapshot } from '../source/port.ts';

/** Enough rows for a mean, read at the branch and sent nowhere. */
const SAMPLE_ROWS = 2000;
const SAMPLE_BYTES = 1024 * 1024;

/** Bytes of a row by the last run that has read any; null where none has. */
export function bytesPerRow(past: readonly TableRow[]): number | null {
  const last = past.find((one) => one.bytes > 0 && one.records_processed + one.records_skipped > 0);
  return last === undefined ? null : last.bytes / (last.records_processed + last.records_skipped);
}

/**
 * Bytes of a row by the table's first rows.
 *
 * @param snapshot which this ends
 * @returns null where the table is empty
 */
export async function sampleRows(
  snapshot: Snapshot,
  form: RowForm,
  stop: AbortSignal,
): Promise<number | null> {
  const rows = await snapshot.rows(form, { after: null, rows: null });
  let count = 0;
  let bytes = 0;
  try {
    while (count < SAMPLE_ROWS && bytes < SAMPLE_BYTES && !rows.exhausted && !stop.aborted) {
      const block = rows.take(SAMPLE_ROWS - count);
      if (block === null) {
        await rows.ready(Number.POSITIVE_INFINITY, stop).catch((error: unknown) => {
          throw rows.failure(error);
        });
        continue;
      }
      count += block.rows;
      bytes += dataBytes(block);
    }
  } finally {
    // The rest is not wanted, and would all be sent: the connection is made anew for the next table.
    await rows.end();
  }
  return count === 0 ? null : bytes / count;
}
