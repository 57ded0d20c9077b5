import { z } from 'zod';
import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import { catalogueUnreadable, parseJson, serverName } from '../postgres/readJson.ts';
import type { Session, TextRow } from '../postgres/session.ts';
import { hasOwnRole, ownRowOf, restrict, stampedBy } from '../target/branchPolicies.ts';
import { OWN_TABLES } from '../target/setup.ts';
import { STAMP } from '../target/target.ts';

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
async function askRights(
  session: Session,
  query: string,
  statements: (row: TextRow) => readonly string[] = statementFor,
): Promise<MissingRights> {
  const results = await session.script([
    ...session.begin('READ ONLY'),
    'SET LOCAL search_path = pg_catalog, pg_temp',
    oneLine(query),
    'COMMIT',
  ]);
  const rows = results.flatMap((one) => one.rows);
  const secured = rows.filter((row) => row.kind === 'secured');
  return {
    user: rows.find((row) => row.kind === 'user')?.role ?? '',
    sql: [...new Set(rows.flatMap(statements))],
    secured: [...new Set(secured.map((row) => `${row.schema}.${row.name}`))],
    policies: [...new Set(secured.flatMap((row) => (row.detail == null ? [] : [row.detail])))],
  };
}

function statementFor({ kind, schema, name, role, detail }: TextRow): readonly string[] {
  const to = ident(role ?? '');
  switch (kind) {
    case 'schema':
      return [`GRANT ${privileges(detail)} ON SCHEMA ${ident(schema ?? '')} TO ${to};`];
    case 'table':
      return [`GRANT ${privileges(detail)} ON ${qualified(schema ?? '', name ?? '')} TO ${to};`];
    case 'function':
      return [
        `GRANT EXECUTE ON FUNCTION ${qualified(schema ?? '', name ?? '')}(${argumentTypes(detail)}) TO ${to};`,
      ];
    case 'secured':
      return [`ALTER ROLE ${to} BYPASSRLS;`];
    default:
      return [];
  }
}

/** What {@link readingQuery} and {@link writingQuery} ask about; people paste what is printed as a superuser. */
const PRIVILEGES: ReadonlySet<string> = new Set(['USAGE', 'CREATE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE']);

/** @throws SyncFailure `catalogue_unreadable` where the server has put something else in the place of privileges */
function privileges(detail: string | null | undefined): string {
  const listed = (detail ?? '').split(', ');
  if (!listed.every((one) => PRIVILEGES.has(one))) throw catalogueUnreadable(`missing privileges: ${detail}`);
  return listed.join(', ');
}

const names = z.array(z.tuple([serverName, serverName]));

/** @param detail schema and name of each argument's type, as JSON */
function argumentTypes(detail: string | null | undefined): string {
  const types = parseJson(names, detail ?? '[]') ?? [];
  return types.map(([schema, name]) => qualified(schema, name)).join(', ');
}

/** SQL of the row that says who we are to the server. */
const WHO = `SELECT 'user' AS kind, NULL::pg_catalog.text AS schema, NULL::pg_catalog.text AS name, current_user::pg_catalog.text AS role, NULL::pg_catalog.text AS detail`;

/** SQL: whether row-level security of the table `c` binds the role with the oid `role`. */
function isBound(role: string): string {
  return `c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles b WHERE b.oid OPERATOR(pg_catalog.=) ${role} AND (b.rolsuper OR b.rolbypassrls))
    AND (c.relforcerowsecurity OR NOT pg_catalog.pg_has_role(${role}, c.relowner, 'USAGE'))`;
}

/** SQL of the names of the policies on the table `c`. */
const POLICIES = `(SELECT pg_catalog.string_agg(p.polname, ', ' ORDER BY p.polname) FROM pg_catalog.pg_policy p WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid)`;

function readingQuery(version: number, schema: string, name: string): string {
  const invoker = `EXISTS (SELECT FROM pg_catalog.pg_options_to_table(v.reloptions) o
    WHERE o.option_name OPERATOR(pg_catalog.=) 'security_invoker' AND o.option_value::boolean)`;
  const role = version >= 150000 ? `CASE WHEN ${invoker} THEN u.role ELSE v.relowner END` : 'v.relowner';
  return `
WITH RECURSIVE used (oid, role) AS (
  SELECT c.oid, r.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace, pg_catalog.pg_roles r
  WHERE n.nspname OPERATOR(pg_catalog.=) ${literal(schema)} AND c.relname OPERATOR(pg_catalog.=) ${literal(name)} AND r.rolname OPERATOR(pg_catalog.=) current_user
  UNION
  SELECT d.refobjid, ${role}
  FROM used u JOIN pg_catalog.pg_class v ON v.oid OPERATOR(pg_catalog.=) u.oid AND v.relkind OPERATOR(pg_catalog.=) 'v' JOIN pg_catalog.pg_rewrite w ON w.ev_class OPERATOR(pg_catalog.=) v.oid
  JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) w.oid
    AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid OPERATOR(pg_catalog.<>) v.oid
), called AS (
  SELECT DISTINCT f.oid, f.pronamespace, f.proname, f.proargtypes FROM used u JOIN pg_catalog.pg_rewrite w ON w.ev_class OPERATOR(pg_catalog.=) u.oid
  JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) w.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
  JOIN pg_catalog.pg_proc f ON f.oid OPERATOR(pg_catalog.=) d.refobjid
)
${WHO}
UNION ALL SELECT 'schema', n.nspname, NULL, current_user, 'USAGE' FROM pg_catalog.pg_namespace n
  WHERE n.nspname OPERATOR(pg_catalog.=) ${literal(schema)} AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
UNION ALL SELECT 'table', n.nspname, c.relname, r.rolname, 'SELECT'
  FROM used u JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) u.oid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) u.role
  WHERE c.relkind OPERATOR(pg_catalog.<>) 'c' AND NOT pg_catalog.has_table_privilege(u.role, c.oid, 'SELECT')
UNION ALL SELECT 'function', n.nspname, f.proname, current_user, (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(tn.nspname, t.typname) ORDER BY a.place)
      FROM pg_catalog.unnest(f.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS a(type, place)
      JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.type
      JOIN pg_catalog.pg_namespace tn ON tn.oid OPERATOR(pg_catalog.=) t.typnamespace)::pg_catalog.text
  FROM called f JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) f.pronamespace WHERE NOT pg_catalog.has_function_privilege(f.oid, 'EXECUTE')
UNION ALL SELECT 'secured', n.nspname, c.relname, r.rolname, ${POLICIES}
  FROM used u JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) u.oid JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) u.role
  WHERE ${isBound('u.role')}`;
}

/**
 * What is missing at central for writing a table, Branchline's own tables included. A role of this branch alone gets no
 * right on a table of several branches without the policy that bounds it, and never BYPASSRLS.
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
    // Without any policy no row is seen at all.
    const needsPolicies = row.kind === 'table' || (row.kind === 'secured' && row.detail == null);
    if (ofTable && needsPolicies) return restrict(table, connection, row.role ?? '', stampedBy(connection));
    if (row.kind === 'secured') return [];
    if (row.kind !== 'table') return statementFor(row);
    if (row.schema === 'branchline' && OWN_TABLES.some((one) => one === row.name))
      return restrict(table, connection, row.role ?? '', ownRowOf(connection));
    // It is head office's: such a role only reads it.
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
