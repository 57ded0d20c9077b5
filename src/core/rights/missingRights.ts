import { z } from 'zod';
import type { ErrorParams, FailureCode, FailureDetail } from '../../shared/errors.ts';
import { ident, oneLine, qualified } from '../postgres/quote.ts';
import { catalogueUnreadable, parseJson, serverName } from '../postgres/readJson.ts';
import type { Session, TextRow } from '../postgres/session.ts';

/** Why a role cannot read or write a relation, according to the server. */
export interface MissingRights {
  /** The effective role: not the one that signed in if `ALTER ROLE … SET role` applies. */
  readonly user: string;
  /** Statements that grant what is missing; empty if nothing known is missing. */
  readonly sql: readonly string[];
  /** Relations whose row-level security applies to the role that accesses them. */
  readonly secured: readonly string[];
  readonly policies: readonly string[];
}

/** Runs a catalogue query that uses only PostgreSQL's own names, and combines its rows. */
export async function askRights(
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

export function statementFor({ kind, schema, name, role, detail }: TextRow): readonly string[] {
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

/** The privileges that the queries ask about. Nothing else is printed, because people paste the result as a superuser. */
const PRIVILEGES: ReadonlySet<string> = new Set(['USAGE', 'CREATE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE']);

/** @throws SyncFailure `catalogue_unreadable` if the server sent something else in place of privileges */
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

/** SQL of the row with the role that the server sees. */
export const WHO = `SELECT 'user' AS kind, NULL::pg_catalog.text AS schema, NULL::pg_catalog.text AS name, current_user::pg_catalog.text AS role, NULL::pg_catalog.text AS detail`;

/** SQL condition: row-level security of the table `c` applies to the role with the oid `role`. */
export function isBound(role: string): string {
  return `c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles b WHERE b.oid OPERATOR(pg_catalog.=) ${role} AND (b.rolsuper OR b.rolbypassrls))
    AND (c.relforcerowsecurity OR NOT pg_catalog.pg_has_role(${role}, c.relowner, 'USAGE'))`;
}

/** SQL of the names of the policies on the table `c`. */
export const POLICIES = `(SELECT pg_catalog.string_agg(p.polname, ', ' ORDER BY p.polname) FROM pg_catalog.pg_policy p WHERE p.polrelid OPERATOR(pg_catalog.=) c.oid)`;

/** Message params that say what is missing. */
export function paramsOf(missing: MissingRights): ErrorParams {
  const secured =
    missing.secured.length === 0
      ? {}
      : { tables: missing.secured.join(', '), policies: missing.policies.join(', ') || '–' };
  return { ...userOf(missing), ...secured, sql: missing.sql.join('\n') };
}

export function userOf({ user }: MissingRights): ErrorParams {
  return user === '' ? {} : { user };
}

/** The failure with another code and further params. */
export function changedFailure(
  failure: FailureDetail,
  code: FailureCode,
  params: ErrorParams,
): FailureDetail {
  return { ...failure, code, params: { ...failure.params, ...params } };
}
