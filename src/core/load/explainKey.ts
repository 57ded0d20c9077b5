import { type FailureCode as Code, FailureCode, type FailureDetail } from '../../shared/errors.ts';
import { ident, literal, oneLine, qualified } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import type { FailedTable } from '../table/explainFailure.ts';
import { STAMP } from '../target/target.ts';

/** Failures whose message offers SQL that adds a unique key to a table at head office. */
export const ADDS_KEY: ReadonlySet<Code> = new Set<Code>([
  FailureCode.CentralKeyMissing,
  FailureCode.CentralUnstamped,
]);

const ADD = /\bADD (?:UNIQUE|PRIMARY KEY) \(/;

/**
 * Checks at head office whether the key can be added that a failure's SQL offers, so that no SQL is offered that would
 * fail.
 *
 * @returns the code and params to use instead; null where the key can be added
 */
export async function keyHindrance(
  session: Session,
  { source, targetSchema: schema, isShared }: FailedTable,
  { code, params }: FailureDetail,
): Promise<Pick<FailureDetail, 'code' | 'params'> | null> {
  const { sql: offered, ...rest } = params;
  if (!ADD.test(String(offered))) return null;
  const { name } = source;
  const table = qualified(schema, name);
  const key = source.key ?? [];
  const [facts] = (await session.query(oneLine(FACTS), [schema, name, JSON.stringify(key)])).rows;
  const columns = key.map(ident).join(', ');
  if (facts?.partitioned === 't')
    return { code: FailureCode.CentralKeyPartitioned, params: { ...rest, columns } };
  // The table lacks a key column. The SQL that is offered adds it as NULL, and NULLs never violate a unique key.
  if (facts?.columns !== String(key.length)) return null;
  const by = facts.stamped === 't' ? `${ident(STAMP)}, ${columns}` : columns;
  const filled = key.map((one) => `${ident(one)} IS NOT NULL`).join(' AND ');
  const twice = `SELECT ${by}, pg_catalog.count(*) FROM ${table} WHERE ${filled} GROUP BY ${by} HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1`;
  const found = await session.query(`SELECT EXISTS (${twice}) AS twice`, [], session.workMs);
  if (found.rows[0]?.twice !== 't') return null;
  // A mirror has this branch's rows only, and the next sync loads all of them again.
  if (!isShared) return { code, params: { ...rest, sql: `DROP TABLE ${table};` } };
  const sql = `${twice} ORDER BY ${by};`;
  return { code: FailureCode.CentralKeyDuplicates, params: { ...rest, columns, sql } };
}

/** How many key columns the table has, whether it has the stamp column, and whether it is partitioned by other columns. */
const FACTS = `SELECT (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid
      AND NOT a.attisdropped AND a.attname::pg_catalog.text OPERATOR(pg_catalog.=) ANY (k.names)) AS columns,
    EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND NOT a.attisdropped
      AND a.attname OPERATOR(pg_catalog.=) ${literal(STAMP)}::pg_catalog.name) AS stamped,
    EXISTS (SELECT FROM pg_catalog.pg_partitioned_table p, pg_catalog.unnest(p.partattrs::pg_catalog.int2[]) n
      WHERE p.partrelid OPERATOR(pg_catalog.=) c.oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
        WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.=) n
          AND (a.attname::pg_catalog.text OPERATOR(pg_catalog.=) ANY (k.names)
            OR a.attname OPERATOR(pg_catalog.=) ${literal(STAMP)}::pg_catalog.name))) AS partitioned
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace,
    (SELECT ARRAY(SELECT pg_catalog.json_array_elements_text($3::pg_catalog.json)) AS names) k
  WHERE s.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name`;
