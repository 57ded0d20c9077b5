import type { Session, TextRow } from '../../postgres/session.ts';
import type { MarkedTable, ServerRunMemory, UnchangedTables } from '../port.ts';
import { withTarget } from '../withTarget.ts';
import { beginSnapshot } from './beginSnapshot.ts';
import { fingerprintsQuery, readFingerprints } from './fingerprints.ts';
import { changedSince, type Horizon, markAt, since } from './mark.ts';
import { rowsOf } from './rows.ts';
import { withServerRuns } from './serverRuns.ts';

/** A table, with its place in the list and the transaction id from which its rows count as changed. */
interface AskedTable extends MarkedTable {
  readonly place: number;
  readonly from: bigint;
}

/**
 * Scans several tables in one snapshot with one query. A table is unchanged if no row version is newer than its mark, and
 * it has as many rows as it should.
 */
export async function findUnchanged(
  session: Session,
  tables: readonly MarkedTable[],
  memory: ServerRunMemory,
): Promise<UnchangedTables> {
  const version = session.version();
  const shapes = tables.map((one) => one.table);
  const questions = [fingerprintsQuery(version, shapes)];
  const begun = await beginSnapshot(session, version, shapes, { questions });
  const horizon = withServerRuns(begun.horizon, memory);
  const prints = readFingerprints(shapes, begun.answers[0]?.rows ?? []);
  const found = await scan(session, prints, horizon, tables);
  const { fingerprint: _, ...mark } = markAt(horizon, null, null);
  return { takenAt: begun.takenAt, mark, unchanged: tables.map((_table, place) => found.has(place)) };
}

/**
 * Finds the tables that are unchanged in the open snapshot, and ends it.
 *
 * @param prints their fingerprints, by oid
 * @returns their places in the list
 */
async function scan(
  session: Session,
  prints: ReadonlyMap<string, string | null>,
  horizon: Horizon,
  tables: readonly MarkedTable[],
): Promise<ReadonlySet<number>> {
  const asked = tables.flatMap((one, place) => {
    const fingerprint = withTarget(prints.get(one.table.oid) ?? null, one.shapeDigest);
    const from = since(one.mark, horizon, fingerprint);
    return typeof from === 'bigint' ? [{ ...one, place, from }] : [];
  });
  const questions = asked.length === 0 ? [] : [countQuery(asked)];
  const counted = await session.script([...questions, 'COMMIT'], session.workMs);
  const rows = asked.length === 0 ? [] : (counted[0]?.rows ?? []);
  const byNumber = new Map(rows.map((row): [number, TextRow] => [Number(row.n), row]));
  const unchanged = asked.filter((one, number) => {
    const { rows, changed } = byNumber.get(number) ?? { rows: '0', changed: '0' };
    return changed === '0' && (one.rows === null || Number(rows) === one.rows);
  });
  return new Set(unchanged.map((one) => one.place));
}

/**
 * SQL that returns, for each table with rows, its index in `tables`, its number of rows and the number of changed ones.
 *
 * The part for each table is short, since every sweep sends it. Tables with the same mark, as those of one batch, share one
 * pair of aggregates.
 */
function countQuery(tables: readonly AskedTable[]): string {
  const marks = [...new Set(tables.map((one) => one.from))];
  const counts = marks.map((mark) => {
    const rows = tables.flatMap(({ table, from }, number) =>
      from === mark ? [`SELECT ${number},xmin FROM ${rowsOf(table)}`] : [],
    );
    return `SELECT n,pg_catalog.count(*),pg_catalog.count(*) FILTER (WHERE ${changedSince('x', mark)}) FROM (${rows.join(' UNION ALL ')}) t(n,x) GROUP BY n`;
  });
  return `SELECT * FROM (${counts.join(' UNION ALL ')}) t(n,rows,changed)`;
}
