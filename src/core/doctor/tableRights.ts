import type { Finding } from '../../shared/doctor.ts';
import type { CentralSettings, ConnectionSettings, Settings } from '../../shared/settings.ts';
import { openLink } from '../postgres/link.ts';
import { oneLine } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { discoverTables } from '../probe/discovery.ts';
import { draftSession, KEPT_SECRETS } from '../probe/draft.ts';
import { missingWritingRights } from '../rights/writingRights.ts';
import { targetSchema } from '../target/target.ts';
import { type Examined, finding } from './checking.ts';

/** Tables that a finding names, and for which it has the SQL. */
const NAMED = 10;

/**
 * Whether head office's role may write the tables of the branches that exist there already.
 *
 * @param readable the connections whose sources can be read
 * @returns null if nothing is missing
 * @throws SyncFailure
 */
export async function tableRightsFinding(
  examined: Examined,
  settings: Settings,
  readable: readonly ConnectionSettings[],
  stop: AbortSignal,
): Promise<Finding | null> {
  const chosen = await Promise.all(
    readable.map(async (connection) => ({
      connection,
      tables: await chosenTables(examined, connection, stop),
    })),
  );
  const wanted = chosen.flatMap(({ connection, tables }) =>
    tables.map((table) => ({
      connection: connection.id,
      schema: targetSchema(settings.central, connection),
      table,
    })),
  );
  if (wanted.length === 0) return null;
  const { session } = await openLink(centralSession(examined, settings.central, stop));
  try {
    return await lackingAt(session, wanted);
  } finally {
    await session.close();
  }
}

interface Wanted {
  readonly connection: string;
  readonly schema: string;
  readonly table: string;
}

async function chosenTables(
  { folder }: Examined,
  connection: ConnectionSettings,
  stop: AbortSignal,
): Promise<readonly string[]> {
  const { tables } = await discoverTables(folder, { kind: 'source', connection }, null, 'en', stop);
  return tables.filter((one) => one.selected).map((one) => one.table);
}

function centralSession({ folder }: Examined, central: CentralSettings, stop: AbortSignal) {
  return draftSession(folder, { kind: 'central', central }, KEPT_SECRETS, stop);
}

async function lackingAt(session: Session, wanted: readonly Wanted[]): Promise<Finding | null> {
  const { rows } = await session.query(LACKING, [JSON.stringify(wanted)]);
  if (rows.length === 0) return null;
  const named = rows.slice(0, NAMED);
  const sql = new Set<string>();
  let user = '';
  for (const { connection, schema, name } of named) {
    const missing = await missingWritingRights(session, schema ?? '', name ?? '', connection ?? '');
    for (const one of missing.sql) sql.add(one);
    user = missing.user;
  }
  const tables = named.map((row) => `${row.schema}.${row.name}`).join(', ');
  return finding('rights_tables', {
    count: rows.length,
    tables: rows.length > NAMED ? `${tables}, …` : tables,
    user,
    sql: [...sql].join('\n'),
  });
}

const LACKING = oneLine(`SELECT w.connection, n.nspname AS schema, c.relname AS name
  FROM pg_catalog.json_to_recordset($1::pg_catalog.json)
    AS w (connection pg_catalog.text, schema pg_catalog.text, "table" pg_catalog.text)
  JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) w.schema::pg_catalog.name
  JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
    AND c.relname OPERATOR(pg_catalog.=) w."table"::pg_catalog.name
    AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p}')
  WHERE NOT (pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
    AND pg_catalog.has_table_privilege(c.oid, 'UPDATE') AND pg_catalog.has_table_privilege(c.oid, 'DELETE'))
  ORDER BY 1, 2, 3`);
