import { literal, qualified } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { hasOwnRole, ownRowOf, restrict, stampedBy } from '../target/branchPolicies.ts';
import { OWN_TABLES } from '../target/setup.ts';
import { STAMP } from '../target/target.ts';
import { askRights, isBound, type MissingRights, POLICIES, statementFor, WHO } from './missingRights.ts';

/**
 * What is missing at central for writing a table, including Branchline's own tables. A branch's own role
 * never gets a right on a shared table without the policy that limits it, and never BYPASSRLS.
 */
export async function missingWritingRights(
  session: Session,
  schema: string,
  name: string,
  connection: string,
): Promise<MissingRights & { readonly ownRole: boolean }> {
  const ownRole = await hasOwnRole(session);
  const isStamped = ownRole && (await hasStamp(session, schema, name));
  const bounded = (row: TextRow): readonly string[] => {
    const table = qualified(row.schema ?? '', row.name ?? '');
    const ofTable = row.schema === schema && row.name === name && isStamped;
    // Without any policy no row is visible.
    const needsPolicies = row.kind === 'table' || (row.kind === 'secured' && row.detail == null);
    if (ofTable && needsPolicies) return restrict(table, connection, row.role ?? '', stampedBy(connection));
    if (row.kind === 'secured') return [];
    if (row.kind !== 'table') return statementFor(row);
    if (row.schema === 'branchline' && OWN_TABLES.some((one) => one === row.name))
      return restrict(table, connection, row.role ?? '', ownRowOf(connection));
    // This table belongs to head office; a branch's own role only reads it.
    if (row.schema === 'branchline' && row.name === 'setup')
      return row.detail?.includes('SELECT') ? statementFor({ ...row, detail: 'SELECT' }) : [];
    return statementFor(row);
  };
  const missing = await askRights(session, writingQuery(schema, name), ownRole ? bounded : statementFor);
  return { ...missing, ownRole };
}

async function hasStamp(session: Session, schema: string, name: string): Promise<boolean> {
  const { rows } = await session.query(
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
        AND a.attname OPERATOR(pg_catalog.=) $3::pg_catalog.name AND NOT a.attisdropped) AS stamped`,
    [schema, name, STAMP],
  );
  return rows[0]?.stamped === 't';
}

/** The permanent tables in the schema `branchline`. */
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
