/** SQL of the relations that {@link trusts} uses: our role `m` and the database `d`. */
export const TRUSTING = `(pg_catalog.pg_roles m JOIN pg_catalog.pg_database d
  ON m.rolname OPERATOR(pg_catalog.=) current_user AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;

/**
 * SQL condition, with {@link TRUSTING} in FROM: objects of a role may be used without asking. The owner of a
 * type, table or function at head office decides which code runs when our role writes (conditions of domains,
 * triggers, defaults), and may drop it.
 *
 * Trusted are our own role, superusers, the database's owner and its members, and a role that one of these
 * has made ours a member of: before PostgreSQL 16 any role could grant membership in itself.
 *
 * @param role SQL of the role's oid
 */
export function trusts(role: string): string {
  const isOwners = (one: string): string => `pg_catalog.pg_has_role(${one},d.datdba,'MEMBER')`;
  return `(m.oid OPERATOR(pg_catalog.=) ${role} OR ${isOwners(role)} OR EXISTS (SELECT FROM pg_catalog.pg_auth_members a
    WHERE a.roleid OPERATOR(pg_catalog.=) ${role} AND a.member OPERATOR(pg_catalog.=) m.oid AND ${isOwners('a.grantor')}))`;
}

/**
 * SQL condition: every user of the database may create objects in the schema `n`, as in `public` before
 * PostgreSQL 15.
 */
const OPEN_TO_ALL = `EXISTS (SELECT FROM pg_catalog.aclexplode(n.nspacl) x WHERE x.grantee OPERATOR(pg_catalog.=) 0::pg_catalog.oid AND x.privilege_type OPERATOR(pg_catalog.=) 'CREATE')`;

/**
 * SQL of the owner of the relation `c` if anybody could have created it; null if that owner is trusted. If
 * only some roles may create tables in the schema, head office has chosen them.
 */
export const UNTRUSTED_OWNER = `(SELECT r.rolname FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n, ${TRUSTING} WHERE r.oid OPERATOR(pg_catalog.=) c.relowner
  AND n.oid OPERATOR(pg_catalog.=) c.relnamespace AND ${OPEN_TO_ALL} AND NOT ${trusts('r.oid')})`;
