import { oneLine, own } from '../postgres/quote.ts';
import type { StatementResult } from '../postgres/session.ts';
import { wholeNumber } from '../postgres/wholeNumber.ts';
import { FLEET_NOTE, type Fleet, knownFleet } from '../schedule/fleetSpread.ts';
import type { RunContext } from './connectionRun.ts';

/**
 * How many connections central knows, and the spread that head office has set. The server's own estimate counts too: a
 * role of a branch's own sees the row of its own connection alone.
 */
export const FLEET_QUERY =
  oneLine(`SELECT (SELECT pg_catalog.max(spread_seconds) FROM branchline.setup) AS spread,
  GREATEST((SELECT pg_catalog.count(*) FROM branchline.sources), (SELECT c.reltuples::bigint FROM pg_catalog.pg_class c
    WHERE c.oid ${own('=')} 'branchline.sources'::pg_catalog.regclass)) AS connections`);

/** Notes the answer to {@link FLEET_QUERY} in the journal, for the schedule. */
export function noteFleet({ journal }: Pick<RunContext, 'journal'>, answer: StatementResult | null): void {
  const [row] = answer?.rows ?? [];
  if (row === undefined) return;
  const now: Fleet = {
    connections: small(row.connections) ?? 0,
    spreadSeconds: row.spread == null ? null : small(row.spread),
  };
  const before = knownFleet(journal.reader);
  if (before?.connections === now.connections && before.spreadSeconds === now.spreadSeconds) return;
  journal.togetherLazily(() => journal.setServiceNote(FLEET_NOTE, now));
}

/** A server may answer anything. */
function small(text: string | null | undefined): number | null {
  const number = wholeNumber(text ?? '');
  return number === null || number < 0n || number > 1_000_000_000n ? null : Number(number);
}
