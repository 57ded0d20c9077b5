import { literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { askRights, isBound, type MissingRights, POLICIES, WHO } from './readingRights.ts';

/** What is missing at central for writing a table, Branchline's own tables included. */
export async function missingWritingRights(
  session: Session,
  schema: string,
  name: string,
): Promise<MissingRights> {
  return askRights(session, writingQuery(schema, name));
}

/** The tables of the schema `branchline` that are there for good. */
const OWN = `('setup', 'sources', 'checkpoints')`;

function writingQuery(schema: string, name: string): string {
  const target = `n.nspname = ${literal(schema)} AND c.relname = ${literal(name)}`;
  const missing = (privileges: readonly string[], has: (privilege: string) => string): string =>
    `concat_ws(', ', ${privileges.map((one) => `CASE WHEN NOT ${has(`'${one}'`)} THEN '${one}' END`).join(', ')})`;
  const ofSchema = missing(['USAGE', 'CREATE'], (one) =>
    one === `'CREATE'`
      ? `(n.nspname <> 'branchline' OR has_schema_privilege(n.oid, ${one}))`
      : `has_schema_privilege(n.oid, ${one})`,
  );
  const ofTable = missing(
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    (one) => `has_table_privilege(c.oid, ${one})`,
  );
  return `
${WHO}
UNION ALL SELECT * FROM (SELECT 'schema', n.nspname::text, NULL::text, current_user::text, ${ofSchema} AS detail FROM pg_namespace n
  WHERE n.nspname IN (${literal(schema)}, 'branchline')) x WHERE x.detail <> ''
UNION ALL SELECT * FROM (SELECT 'table', n.nspname::text, c.relname::text, current_user::text, ${ofTable} AS detail
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (${target}) OR (n.nspname = 'branchline' AND c.relname IN ${OWN})) x WHERE x.detail <> ''
UNION ALL SELECT 'secured', n.nspname, c.relname, r.rolname, ${POLICIES}
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
  WHERE r.rolname = current_user AND ${target} AND ${isBound('r.oid')}`;
}
