import { centralRefusal, FailureCode, SyncFailure } from '../../shared/errors.ts';
import { TRUSTING, trusts } from '../catalogue/trusted.ts';
import { ident, oneLine, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';

const NOTED = 'Branchline: schema branchline belongs to ';

/**
 * A PL/pgSQL statement that notes, as a comment on a branch's role, who owns our schema. Only an administrator of the role
 * can comment on it, so the comment proves that head office accepts that owner.
 *
 * @param role SQL of its name
 */
export function noteOwner(role: string): string {
  return `EXECUTE pg_catalog.format('COMMENT ON ROLE %I IS %L', ${role}, pg_catalog.concat('${NOTED}', (SELECT pg_catalog.pg_get_userbyid(n.nspowner)
    FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) 'branchline')));`;
}

/**
 * FROM and WHERE that find our schema, our tables and their triggers' functions if their owner `o.o` is not trusted. Any
 * role that may make schemas could have made them before us, and their code would run with our rights.
 */
const UNTRUSTED_OWNERS = oneLine(`FROM pg_catalog.pg_namespace n
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
    AND c.relname OPERATOR(pg_catalog.=) ANY ('{setup,sources,checkpoints,delete_rights}')
  LEFT JOIN pg_catalog.pg_trigger g ON g.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT g.tgisinternal
  LEFT JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) g.tgfoid,
  LATERAL (VALUES ('s',n.nspowner),('t',c.relowner),('g',p.proowner)) o(what,o), ${TRUSTING}
  WHERE n.nspname OPERATOR(pg_catalog.=) 'branchline' AND o.o IS NOT NULL AND NOT ${trusts('o.o')}
    AND coalesce(pg_catalog.shobj_description(m.oid,'pg_authid'),'') OPERATOR(pg_catalog.<>) pg_catalog.concat('${NOTED}',pg_catalog.pg_get_userbyid(o.o))`);

/**
 * Fails (by a division by zero) if there is any untrusted owner, so that the server skips the statements after it; see
 * {@link setUpUntrusted}. It must be a separate statement, because merely planning a query on such a view or table may run
 * the owner's functions.
 */
export const REFUSE_UNTRUSTED_OWNERS = `SELECT 1 OPERATOR(pg_catalog./) CASE WHEN EXISTS (SELECT ${UNTRUSTED_OWNERS}) THEN 0 ELSE 1 END`;

/** The failure of {@link REFUSE_UNTRUSTED_OWNERS}, with the SQL for head office. Ends the open transaction. */
export async function setUpUntrusted(session: Session, cause: SyncFailure): Promise<SyncFailure> {
  await session.query('ROLLBACK');
  const { rows } = await session.query(`SELECT DISTINCT o.what, c.relname AS name, g.tgname AS trigger,
    pg_catalog.pg_get_userbyid(o.o) AS owner, CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_class b
      WHERE b.relnamespace OPERATOR(pg_catalog.=) n.oid AND b.relrowsecurity) THEN pg_catalog.pg_get_userbyid(d.datdba) ELSE current_user END AS role
    ${UNTRUSTED_OWNERS} ORDER BY 1, 2, 3`);
  const statements = rows.map(({ what, name, trigger, role }) => {
    const table = qualified('branchline', name ?? '');
    const to = `OWNER TO ${ident(role ?? '')};`;
    if (what === 's') return `ALTER SCHEMA "branchline" ${to}`;
    return what === 't' ? `ALTER TABLE ${table} ${to}` : `DROP TRIGGER ${ident(trigger ?? '')} ON ${table};`;
  });
  const owner = [...new Set(rows.map((one) => one.owner ?? ''))].join(', ');
  const params = { owner, schema: 'branchline', sql: [...new Set(statements)].join('\n') };
  return new SyncFailure(centralRefusal(FailureCode.CentralSetUpUntrusted, params).detail, { cause });
}
