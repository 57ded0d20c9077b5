import { FailureCode } from '../../shared/errors.ts';
import { ident, oneLine, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { centralRefusal } from './checkpoint.ts';
import { candidates, type RenamedType, takenNames } from './ownTypes.ts';

/** A type that stands where a table is to be made, with another name for it. */
export interface Room {
  readonly renamed: readonly RenamedType[];
  readonly statements: readonly string[];
}

/**
 * A table's row type has the table's name, so a type of that name is in its way: an enum `status` in one schema of
 * the source and a table `status` in another go to one schema here. A type of ours gives way; columns that have it
 * keep it.
 *
 * @throws SyncFailure `central_name_taken` where the type is head office's own
 */
export async function makeRoom(session: Session, schema: string, table: string): Promise<Room> {
  const { rows } = await session.query(oneLine(IN_THE_WAY), [schema, table]);
  const [row] = rows;
  if (row === undefined) return { renamed: [], statements: [] };
  const names = [...candidates(row.source ?? 'type', table).slice(1), `${table.slice(0, 50)}_type`];
  const taken = await takenNames(session, schema, names);
  const to = names.find((one) => !taken.has(one));
  if (row.ours !== 't' || to === undefined) {
    const message = `schema ${schema} has a type ${table}`;
    throw centralRefusal(FailureCode.CentralNameTaken, { side: 'central', schema, table }, message);
  }
  return {
    renamed: [{ from: table, to }],
    statements: [`ALTER TYPE ${qualified(schema, table)} RENAME TO ${ident(to)}`],
  };
}

/** Array types are left out: PostgreSQL itself moves them. */
const IN_THE_WAY = `SELECT pg_catalog.pg_has_role(t.typowner, 'USAGE') AS ours,
    pg_catalog.substring(pg_catalog.obj_description(t.oid, 'pg_type'), '^Branchline: "([^"]+)"') AS source
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.typrelid
  WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND t.typname OPERATOR(pg_catalog.=) $2
    AND (c.oid IS NULL OR c.relkind OPERATOR(pg_catalog.=) 'c')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray OPERATOR(pg_catalog.=) t.oid)`;
