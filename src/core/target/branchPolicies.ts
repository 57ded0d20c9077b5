import { ident, literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { POLICY_PREFIX, STAMP } from './target.ts';

/** The policy that shows a table to all its grantees. No connection id begins with a colon, so the name is free. */
const EVERYBODY = `${POLICY_PREFIX}:all`;

/**
 * SQL that limits a branch's role to the rows of its own connection. Everybody else who has been granted the table sees
 * all rows, as before. The policy is restrictive, since permissive ones add up. The GRANT comes last, so that the role
 * never has rights without the policy.
 *
 * @param table as SQL
 * @param condition of the connection's rows, as SQL: see {@link stampedBy}
 */
export function restrict(
  table: string,
  connection: string,
  role: string,
  condition: string,
  rights = 'SELECT, INSERT, UPDATE, DELETE',
): readonly string[] {
  const [all, own] = [ident(EVERYBODY), ident(`${POLICY_PREFIX}${connection}`)];
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`,
    `DROP POLICY IF EXISTS ${all} ON ${table};`,
    `CREATE POLICY ${all} ON ${table} USING (true) WITH CHECK (true);`,
    `DROP POLICY IF EXISTS ${own} ON ${table};`,
    `CREATE POLICY ${own} ON ${table} AS RESTRICTIVE TO ${ident(role)} USING (${condition}) WITH CHECK (${condition});`,
    `GRANT ${rights} ON ${table} TO ${ident(role)};`,
  ];
}

/** SQL: whether a row of a shared table is the connection's. */
export function stampedBy(connection: string): string {
  return `${ident(STAMP)} OPERATOR(pg_catalog.=) ${literal(connection)}`;
}

/** SQL: whether a row of Branchline's own tables is the connection's. */
export function ownRowOf(connection: string): string {
  return `connection OPERATOR(pg_catalog.=) ${literal(connection)}`;
}

/**
 * Whether our role at central is this branch's own, limited by policies. SQL for head office must then grant no right
 * without its policy, and none that bypasses policies.
 */
export async function hasOwnRole(session: Session): Promise<boolean> {
  const { rows } = await session.query(
    "SELECT pg_catalog.row_security_active('branchline.checkpoints') AS bound",
  );
  return rows[0]?.bound === 't';
}
