import { literal, SCHEMA } from './erp/expressions.ts';

/** The role that reads a branch: SELECT in the ERP's schema and nothing else. */
export const SOURCE_ROLE = 'branchline_read';
/** The role that writes to central: it owns schema `public` there and may make schemas. */
export const CENTRAL_ROLE = 'branchline';

export function createRole(role: string, password: string): string {
  return `CREATE ROLE ${role} LOGIN PASSWORD ${literal(password)}`;
}

/**
 * To be run in the branch database by the owner of its tables. The tables' own grants come by default
 * privileges, so that they hold for tables made later, too.
 */
export const SOURCE_GRANTS: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`,
  `GRANT USAGE ON SCHEMA ${SCHEMA} TO ${SOURCE_ROLE}`,
  `GRANT SELECT ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${SOURCE_ROLE}`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA ${SCHEMA} GRANT SELECT ON TABLES TO ${SOURCE_ROLE}`,
];

/** To be run in the central database by its owner. CREATE is for Branchline's own schema, `branchline`. */
export function centralGrants(database: string): readonly string[] {
  return [
    `ALTER SCHEMA public OWNER TO ${CENTRAL_ROLE}`,
    `GRANT CREATE, TEMPORARY ON DATABASE "${database}" TO ${CENTRAL_ROLE}`,
  ];
}
