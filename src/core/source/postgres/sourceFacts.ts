import { z } from 'zod';
import { SyncFailure } from '../../../shared/errors.ts';
import { ident, oneLine, own } from '../../postgres/quote.ts';
import { readJson, serverName } from '../../postgres/readJson.ts';
import type { Session } from '../../postgres/session.ts';
import type { HiddenHistory } from '../port.ts';
import { HISTORY_FUNCTIONS, IDENTITY, IDENTITY_FROM, IDENTITY_FUNCTION } from './mark.ts';

/** Facts of a source's server that cost one query. */
interface ServerFacts {
  /** Null where our role may not see it. */
  readonly identity: string | null;
  /** Null where our role may call all of {@link HISTORY_FUNCTIONS}. */
  readonly hidden: HiddenHistory | null;
  /** Whether a transaction is open there that ends after others that began later. */
  readonly open: boolean;
}

/** SQLSTATE insufficient_privilege. */
const DENIED = '42501';

export function isDenied(error: unknown): boolean {
  return error instanceof SyncFailure && error.detail.sqlstate === DENIED;
}

export async function readServerFacts(session: Session): Promise<ServerFacts> {
  try {
    return await askSource(session, true);
  } catch (error) {
    // PostgreSQL checks EXECUTE when it starts the plan, even if a CASE would not call the function.
    if (!isDenied(error)) throw error;
    return askSource(session, false);
  }
}

async function askSource(session: Session, asksIdentity: boolean): Promise<ServerFacts> {
  const identity = asksIdentity ? `,${IDENTITY} AS identity` : '';
  const from = asksIdentity ? `,${IDENTITY_FROM}` : '';
  const names = HISTORY_FUNCTIONS.map((one) => one.slice('pg_catalog.'.length, -'()'.length));
  const result = await session.query(
    oneLine(`SELECT (SELECT pg_catalog.json_agg(f) FROM pg_catalog.json_array_elements_text($1) f
         WHERE NOT pg_catalog.has_function_privilege(pg_catalog.concat('pg_catalog.',f,'()'),'EXECUTE')) AS hidden,CURRENT_USER AS role,
       pg_catalog.txid_snapshot_xmin(s) ${own('<')} pg_catalog.txid_snapshot_xmax(s) AS open${identity}
     FROM pg_catalog.txid_current_snapshot() s${from}`),
    [JSON.stringify(names)],
  );
  const [row = {}] = result.rows;
  // Names come from our own list, because the SQL is shown to people and the server is not trusted.
  const said = readJson(session, z.array(serverName), row.hidden ?? '[]', 'hidden functions');
  const denied = HISTORY_FUNCTIONS.filter((_, index) => said.includes(names[index] ?? ''));
  const grant = `GRANT EXECUTE ON FUNCTION ${denied.join(', ')} TO ${ident(row.role ?? '')};`;
  const hidden = denied.length === 0 ? null : { sql: grant, identity: denied.includes(IDENTITY_FUNCTION) };
  return { identity: row.identity ?? null, hidden, open: row.open === 't' };
}
