import type { Session } from '../postgres/session.ts';
import type { Target } from '../target/target.ts';

/** The names from {@link interfering} as a list for a sentence. */
export async function interferingNames(
  session: Session,
  target: Pick<Target, 'schema' | 'name'>,
): Promise<string> {
  const all = await interfering(session, target);
  const more = all.length - MOST_NAMED;
  return all.length === 0
    ? '—'
    : [...all.slice(0, MOST_NAMED), ...(more > 0 ? [`+ ${more}`] : [])].join(', ');
}

/**
 * Lists what head office has added to a table that may change, drop or keep rows: triggers (not those of constraints),
 * rules and row security policies, including those of its partitions.
 *
 * @param kind prefix of the results to return, for example `rule `; all where empty
 * @returns `trigger guard of public.t (public.refuse())`, `rule …`, `policy …`
 */
export async function interfering(
  session: Session,
  { schema, name }: Pick<Target, 'schema' | 'name'>,
  kind = '',
): Promise<readonly string[]> {
  const found = await session.query(CAUSES, [schema, name], session.workMs);
  return found.rows.map((row) => row.cause ?? '').filter((cause) => cause.startsWith(kind));
}

const CAUSES = `
WITH RECURSIVE tree AS (
  SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
  UNION ALL
  SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent OPERATOR(pg_catalog.=) tree.oid
), relations AS (
  SELECT c.oid, c.relrowsecurity,
    pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(c.relname)) AS name
  FROM tree JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) tree.oid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
)
SELECT pg_catalog.concat('trigger ', pg_catalog.quote_ident(g.tgname), ' of ', r.name, ' (',
    pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(f.proname), '())') AS cause
  FROM relations r JOIN pg_catalog.pg_trigger g ON g.tgrelid OPERATOR(pg_catalog.=) r.oid
  JOIN pg_catalog.pg_proc f ON f.oid OPERATOR(pg_catalog.=) g.tgfoid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) f.pronamespace
  WHERE NOT g.tgisinternal AND g.tgenabled OPERATOR(pg_catalog.=) ANY ('{O,A}')
UNION
SELECT pg_catalog.concat('rule ', pg_catalog.quote_ident(w.rulename), ' of ', r.name)
  FROM relations r JOIN pg_catalog.pg_rewrite w ON w.ev_class OPERATOR(pg_catalog.=) r.oid
  WHERE w.ev_enabled OPERATOR(pg_catalog.=) ANY ('{O,A}')
UNION
SELECT pg_catalog.concat('policy ', pg_catalog.quote_ident(p.polname), ' of ', r.name)
  FROM relations r JOIN pg_catalog.pg_policy p ON p.polrelid OPERATOR(pg_catalog.=) r.oid
  WHERE r.relrowsecurity
ORDER BY 1`;

/** Maximum number of names in a sentence. */
const MOST_NAMED = 8;
