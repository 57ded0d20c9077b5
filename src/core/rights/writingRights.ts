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
const OWN = "'{setup,sources,checkpoints}'";

function writingQuery(schema: string, name: string): string {
  const target = `n.nspname OPERATOR(pg_catalog.=) ${literal(schema)} AND c.relname OPERATOR(pg_catalog.=) ${literal(name)}`;
  const missing = (privileges: readonly string[], has: (privilege: string) => string): string =>
    `pg_catalog.concat_ws(', ', ${privileges.map((one) => `CASE WHEN NOT ${has(`'${one}'`)} THEN '${one}' END`).join(', ')})`;
  const ofSchema = missing(['USAGE', 'CREATE'], (one) =>
    one === `'CREATE'`
      ? `(n.nspname OPERATOR(pg_catalog.<>) 'branchline' OR pg_catalog.has_schema_privilege(n.oid, ${one}))`
      : `pg_catalog.has_schema_privilege(n.oid, ${one})`,
  );
  const ofTable = missing(
    ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
    (one) => `pg_catalog.has_table_privilege(c.oid, ${one})`,
  );
  return `
${WHO}
UNION ALL SELECT * FROM (SELECT 'schema', n.nspname::pg_catalog.text, NULL::pg_catalog.text, current_user::pg_catalog.text, ${ofSchema} AS detail FROM pg_catalog.pg_namespace n
  WHERE n.nspname OPERATOR(pg_catalog.=) ANY (ARRAY[${literal(schema)}, 'branchline'])) x WHERE x.detail OPERATOR(pg_catalog.<>) ''
UNION ALL SELECT * FROM (SELECT 'table', n.nspname::pg_catalog.text, c.relname::pg_catalog.text, current_user::pg_catalog.text, ${ofTable} AS detail
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE (${target}) OR (n.nspname OPERATOR(pg_catalog.=) 'branchline' AND c.relname OPERATOR(pg_catalog.=) ANY (${OWN}))) x WHERE x.detail OPERATOR(pg_catalog.<>) ''
UNION ALL SELECT 'secured', n.nspname, c.relname, r.rolname, ${POLICIES}
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace, pg_catalog.pg_roles r
  WHERE r.rolname OPERATOR(pg_catalog.=) current_user AND ${target} AND ${isBound('r.oid')}`;
}
