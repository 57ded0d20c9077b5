import type { TableShape } from '../../catalogue/shape.ts';
import type { Session } from '../../postgres/session.ts';
import type { ChangedRows } from '../port.ts';
import { changedSince } from './mark.ts';
import { rowsOf } from './rows.ts';

/** The setting, of the transaction alone, in which the server keeps the list. It never crosses the link. */
const SETTING = 'branchline.changed_tids';
/** More changed rows than this are found by a second scan. */
const MOST_TIDS = 50_000;
/** Until they are counted, all rows may be in the list, with 25 to 35 bytes each in the server's memory. */
const MOST_ROWS = 2_500_000;
/** Of a row, where the server has no statistics of the table. */
const LIKELY_BYTES = 50;

/** How many rows a table has and how many have changed, and whether the server has listed where those are. */
export interface ChangedCount {
  readonly rows: number;
  readonly changed: number;
  readonly listed: boolean;
}

/**
 * Counts all rows, and those that have changed, in one scan. The scan also lists the changed rows' tuple identifiers
 * (`ctid`), so that reading them needs no second scan of the table. They stay valid for the rest of the transaction: its
 * snapshot sees the same row versions, and its lock keeps away what moves them (CLUSTER, VACUUM FULL).
 */
export async function countChanged(
  session: Session,
  table: TableShape,
  changed: ChangedRows,
): Promise<ChangedCount> {
  const text =
    changed.since > 0n && isListable(table) ? listingQuery(table, changed) : countingQuery(table, changed);
  const { rows } = await session.query(text, [], session.workMs);
  return { rows: Number(rows[0]?.rows), changed: Number(rows[0]?.changed), listed: rows[0]?.listed === 't' };
}

/** Not partitions, whose rows have the same tuple identifiers as those of others. */
function isListable({ kind, estimatedRows, bytes }: TableShape): boolean {
  return kind === 'table' && (estimatedRows ?? bytes / LIKELY_BYTES) <= MOST_ROWS;
}

function countingQuery(table: TableShape, { since }: ChangedRows): string {
  return `SELECT pg_catalog.count(*) AS rows, pg_catalog.count(*) FILTER (WHERE ${changedSince('t.xmin', since)}) AS changed FROM ${rowsOf(table)} t`;
}

/** The server computes the aggregate once for its three uses, and the condition once a row: as much work as counting. */
function listingQuery(table: TableShape, { since }: ChangedRows): string {
  const tids = `pg_catalog.array_agg(t.ctid) FILTER (WHERE ${changedSince('t.xmin', since)})`;
  return `SELECT pg_catalog.count(*) AS rows, coalesce(pg_catalog.cardinality(${tids}), 0) AS changed,
      CASE WHEN pg_catalog.cardinality(${tids}) OPERATOR(pg_catalog.<=) ${MOST_TIDS}
        THEN pg_catalog.set_config('${SETTING}', (${tids})::pg_catalog.text, true) IS NOT NULL END AS listed
    FROM ${rowsOf(table)} t`;
}

/** SQL condition on the row `t` that holds for the listed rows. With `enable_tidscan`, they are found without a scan. */
export const IS_LISTED = `t.ctid OPERATOR(pg_catalog.=) ANY (pg_catalog.current_setting('${SETTING}')::pg_catalog.tid[])`;
