import { literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { askRights, isBound, type MissingRights, POLICIES, WHO } from './missingRights.ts';

/**
 * What is missing for reading a relation. A view's tables are read with the rights of its owner, or of the
 * role itself for a security-invoker view; its functions always run as the role itself.
 */
export async function missingReadingRights(
  session: Session,
  version: number,
  schema: string,
  name: string,
): Promise<MissingRights> {
  return askRights(session, readingQuery(version, schema, name));
}

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
