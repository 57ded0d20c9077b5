/**
 * SQL: whether what a role owns may be used without a question. Whoever owns a type, a table or a function at head office
 * decides which code runs when our role writes (conditions of domains, triggers, defaults), and may drop it.
 *
 * Trusted are our own role and those it is a member of, superusers, and the owner of the database with its members.
 *
 * @param role SQL of the role's oid
 */
export function trusts(role: string): string {
  return `(pg_catalog.pg_has_role(${role},'USAGE') OR pg_catalog.pg_has_role(${role},(SELECT d.datdba FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()),'MEMBER'))`;
}

/** SQL: whether every user of the database may make objects in the schema `n`, as in `public` before PostgreSQL 15. */
const OPEN_TO_ALL = `EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid AND x.privilege_type OPERATOR(pg_catalog.=) 'CREATE')`;

/**
 * SQL of the owner of the relation `c` where anybody may have put it there; null where that one is trusted. Where only
 * some may make tables in the schema, head office has chosen them.
 */
export const STRANGER = `(SELECT r.rolname FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n WHERE r.oid OPERATOR(pg_catalog.=) c.relowner
  AND n.oid OPERATOR(pg_catalog.=) c.relnamespace AND ${OPEN_TO_ALL} AND NOT ${trusts('r.oid')})`;
