import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import type { Session, TextRow } from '../postgres/session.ts';

/** What keeps a role from a relation, by the server's own account. */
export interface MissingRights {
  /** The role that the server takes us for: not the one that signed in, where ALTER ROLE … SET role is in force. */
  readonly user: string;
  /** Statements that give what is missing; empty where nothing that is known of is missing. */
  readonly sql: readonly string[];
  /** Relations whose row-level security binds the role that reads or writes them. */
  readonly secured: readonly string[];
  readonly policies: readonly string[];
}

/**
 * What is missing for reading a relation. A view's tables are read as the view's owner, or as the role itself
 * where it is a security invoker's; its functions always run as the role itself.
 */
export async function missingReadingRights(
  session: Session,
  version: number,
  schema: string,
  name: string,
): Promise<MissingRights> {
  return askRights(session, readingQuery(version, schema, name));
}

/** Runs one query of the catalogue in which every name is PostgreSQL's own, and puts together what it says. */
export async function askRights(session: Session, query: string): Promise<MissingRights> {
  const results = await session.script(
    `${session.begin('READ ONLY')}; SET LOCAL search_path = pg_catalog, pg_temp; ${oneLine(query)}; COMMIT`,
  );
  const rows = results.flatMap((one) => one.rows);
  const secured = rows.filter((row) => row.kind === 'secured');
  return {
    user: rows.find((row) => row.kind === 'user')?.role ?? '',
    sql: [...new Set(rows.flatMap(statementFor))],
    secured: [...new Set(secured.map((row) => `${row.schema}.${row.name}`))],
    policies: [...new Set(secured.flatMap((row) => (row.detail == null ? [] : [row.detail])))],
  };
}

function statementFor({ kind, schema, name, role, detail }: TextRow): readonly string[] {
  const to = ident(role ?? '');
  switch (kind) {
    case 'schema':
      return [`GRANT ${detail} ON SCHEMA ${ident(schema ?? '')} TO ${to};`];
    case 'table':
      return [`GRANT ${detail} ON ${qualified(schema ?? '', name ?? '')} TO ${to};`];
    case 'function':
      return [`GRANT EXECUTE ON FUNCTION ${qualified(schema ?? '', name ?? '')}(${detail}) TO ${to};`];
    case 'secured':
      return [`ALTER ROLE ${to} BYPASSRLS;`];
    default:
      return [];
  }
}

/** SQL of the row that says who we are to the server. */
export const WHO = `SELECT 'user' AS kind, NULL::text AS schema, NULL::text AS name, current_user::text AS role, NULL::text AS detail`;

/** SQL: whether row-level security of the table `c` binds the role with the oid `role`. */
export function isBound(role: string): string {
  return `c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_roles b WHERE b.oid = ${role} AND (b.rolsuper OR b.rolbypassrls))
    AND (c.relforcerowsecurity OR NOT pg_has_role(${role}, c.relowner, 'USAGE'))`;
}

/** SQL of the names of the policies on the table `c`. */
export const POLICIES = `(SELECT string_agg(p.polname, ', ' ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid)`;

function readingQuery(version: number, schema: string, name: string): string {
  const invoker = `EXISTS (SELECT FROM pg_options_to_table(v.reloptions) o
    WHERE o.option_name = 'security_invoker' AND o.option_value::boolean)`;
  const role = version >= 150000 ? `CASE WHEN ${invoker} THEN u.role ELSE v.relowner END` : 'v.relowner';
  return `
WITH RECURSIVE used (oid, role) AS (
  SELECT c.oid, r.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
  WHERE n.nspname = ${literal(schema)} AND c.relname = ${literal(name)} AND r.rolname = current_user
  UNION
  SELECT d.refobjid, ${role}
  FROM used u JOIN pg_class v ON v.oid = u.oid AND v.relkind = 'v' JOIN pg_rewrite w ON w.ev_class = v.oid
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
), called AS (
  SELECT DISTINCT f.oid, f.pronamespace, f.proname FROM used u JOIN pg_rewrite w ON w.ev_class = u.oid
  JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_proc'::regclass
  JOIN pg_proc f ON f.oid = d.refobjid
)
${WHO}
UNION ALL SELECT 'schema', n.nspname, NULL, current_user, 'USAGE' FROM pg_namespace n
  WHERE n.nspname = ${literal(schema)} AND NOT has_schema_privilege(n.oid, 'USAGE')
UNION ALL SELECT 'table', n.nspname, c.relname, r.rolname, 'SELECT'
  FROM used u JOIN pg_class c ON c.oid = u.oid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = u.role
  WHERE c.relkind <> 'c' AND NOT has_table_privilege(u.role, c.oid, 'SELECT')
UNION ALL SELECT 'function', n.nspname, f.proname, current_user, pg_get_function_identity_arguments(f.oid)
  FROM called f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE NOT has_function_privilege(f.oid, 'EXECUTE')
UNION ALL SELECT 'secured', n.nspname, c.relname, r.rolname, ${POLICIES}
  FROM used u JOIN pg_class c ON c.oid = u.oid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles r ON r.oid = u.role
  WHERE ${isBound('u.role')}`;
}
