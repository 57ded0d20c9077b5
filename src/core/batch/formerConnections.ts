import { z } from 'zod';
import { NoticeCode } from '../../shared/notices.ts';
import type { ReadableJournal } from '../journal/journal.ts';
import { literal, oneLine, own, textArray } from '../postgres/quote.ts';
import { readJson } from '../postgres/readJson.ts';
import type { Session, Statement, StatementResult } from '../postgres/session.ts';
import { OWN_TABLES } from '../target/setup.ts';
import { tellNotice } from './batchNotices.ts';
import type { RunContext } from './connectionRun.ts';

const NOTE = 'former_connections';

const former = z.object({ connection: z.string(), schema: z.string().nullable(), since: z.string() });
/** A connection that this installation has copied and that the settings no longer have, renamed or removed. */
export type FormerConnection = z.output<typeof former>;

/** The former connections, as the journal keeps them. */
export function formerConnections(journal: ReadableJournal): readonly FormerConnection[] {
  return z.array(former).safeParse(journal.serviceNote(NOTE)).data ?? [];
}

/** Runs that have reported it, so that a batch with several connections does so once. */
const told = new WeakSet<RunContext>();

/** The question that {@link tellFormerConnections} begins with; null if the run has reported it, is of one table, or is an import. */
export function formerConnectionsQuery(run: RunContext): Statement | null {
  return run.batchId === null || run.imports || told.has(run)
    ? null
    : { text: CLAIMED, values: [run.installation.id] };
}

/**
 * Reports connections that the settings no longer have and that head office still has rows of. Nothing updates or removes
 * these rows any more, and if the connection was only given another id, head office has them twice.
 *
 * @param session at central, outside of a transaction
 * @param claimed result of {@link formerConnectionsQuery}
 */
export async function tellFormerConnections(
  run: RunContext,
  connection: string,
  session: Session,
  claimed: StatementResult | null,
): Promise<void> {
  if (claimed === null || told.has(run)) return;
  told.add(run);
  const { journal, ports, installation } = run;
  const isFormer = claimed.rows.some((one) => !run.connections.includes(one.connection ?? ''));
  const { rows } = isFormer
    ? await session.query(FORMER, [installation.id, textArray(run.connections)])
    : { rows: [] };
  const found = readJson(session, places, rows[0]?.former ?? '[]', 'connections of this installation');
  const before = formerConnections(journal.reader);
  const at = ports.clock.now().toISOString();
  const now = found.map(([id, schema]) => {
    const since = before.find((one) => one.connection === id)?.since ?? at;
    return { connection: id, schema, since };
  });
  if (JSON.stringify(now) !== JSON.stringify(before))
    journal.togetherLazily(() => journal.setServiceNote(NOTE, now.length === 0 ? null : now));
  for (const { connection: id, schema } of now) {
    const sql = OWN_TABLES.toReversed().map(
      (one) => `DELETE FROM branchline.${one} WHERE connection = ${literal(id)};`,
    );
    const params = { former: id, schema: schema ?? '?', sql: sql.join(' ') };
    tellNotice(run, connection, null, { code: NoticeCode.FormerConnection, params });
  }
}

const places = z.array(z.tuple([z.string(), z.string().nullable()]));

/** It is short, since every batch sends it, and nearly always enough. */
const CLAIMED = `SELECT connection FROM branchline.sources WHERE installation ${own('=')} $1`;

/** Leaves out mirrors that have released their schema: it belongs to the same connection under its new id. */
const FORMER =
  oneLine(`SELECT pg_catalog.json_agg(pg_catalog.json_build_array(s.connection, s.target_schema) ORDER BY s.connection) AS former
  FROM branchline.sources s WHERE s.installation ${own('=')} $1 AND s.connection ${own('<>')} ALL ($2)
    AND (s.layout ${own('=')} 'schema' AND s.target_schema IS NULL) IS NOT TRUE
    AND EXISTS (SELECT FROM branchline.checkpoints k WHERE k.connection ${own('=')} s.connection AND k.state ${own('<>')} 'new')`);
