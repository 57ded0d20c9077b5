import { literal, oneLine } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';

/** Triggers that an error came from, and their functions, for a sentence. */
export interface FailedTriggers {
  readonly trigger: string;
  readonly function: string;
}

/**
 * Finds the triggers of a table (and of its partitions) that an error came up through.
 *
 * @param within the functions that the error's context names, the innermost first; all triggers of the table
 *   where it names none
 * @returns null where none of the table's triggers has to do with it
 */
export async function failedTriggers(
  session: Session,
  schema: string,
  name: string,
  within: string,
): Promise<FailedTriggers | null> {
  const results = await session.script([
    ...session.begin('READ ONLY'),
    'SET LOCAL search_path = pg_catalog, pg_temp',
    oneLine(`SELECT g.tgname AS trigger, pg_catalog.quote_ident(f.proname) AS bare, pg_catalog.quote_ident(s.nspname) AS schema
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_proc f ON f.oid OPERATOR(pg_catalog.=) g.tgfoid JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) f.pronamespace
    WHERE NOT g.tgisinternal AND g.tgenabled OPERATOR(pg_catalog.<>) 'D' AND g.tgrelid OPERATOR(pg_catalog.=) ANY (
      SELECT coalesce(p.relid, c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
      LEFT JOIN LATERAL pg_catalog.pg_partition_tree(c.oid) p ON c.relkind OPERATOR(pg_catalog.=) 'p'
      WHERE n.nspname OPERATOR(pg_catalog.=) ${literal(schema)} AND c.relname OPERATOR(pg_catalog.=) ${literal(name)})
    ORDER BY g.tgname`),
    'COMMIT',
  ]);
  const all = results.flatMap((one) => one.rows);
  const functions = within === '' ? null : within.split(', ');
  const isWithin = (bare: string): boolean =>
    functions === null || functions.some((one) => one === `${bare}()` || one.endsWith(`.${bare}()`));
  const found = all.filter((row) => isWithin(row.bare ?? ''));
  if (found.length === 0) return null;
  const named = (names: readonly string[]): string => [...new Set(names)].join(', ');
  return {
    trigger: named(found.map((row) => row.trigger ?? '')),
    function: named(found.map((row) => `${row.schema}.${row.bare}()`)),
  };
}
