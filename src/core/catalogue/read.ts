import { z } from 'zod';
import { oneLine } from '../postgres/quote.ts';
import { readJson } from '../postgres/readJson.ts';
import { shown } from '../postgres/recoding.ts';
import type { Session } from '../postgres/session.ts';
import { bareName, bareNameSql, isChosen, type TableChoice } from './choice.ts';
import { factsSql, tableFacts, toShape, typesOf } from './facts.ts';
import { digestOf, digestSql, NO_MEMORY, type ShapeMemory } from './memory.ts';
import type { TableShape } from './shape.ts';
import { readTypes } from './types.ts';

/** Of pages or rows, as the server estimates them. */
const size = z.int().nonnegative();

/**
 * Reads the tables of a schema with their columns and keys, all in one query (a second one where there are
 * types of the database's own): on a slow link a query a table would cost minutes a batch.
 *
 * @param choice only these; all tables, views and foreign tables of the schema where absent
 * @param memory of this schema at this server: what it knows already is not sent again
 */
export async function readTables(
  session: Session,
  version: number,
  schema: string,
  choice?: TableChoice,
  memory = NO_MEMORY,
): Promise<readonly TableShape[]> {
  const { recoding } = session;
  const known = new Map([...memory.recall('table')].filter(([name]) => isChosen(choice, name)));
  const digests = Object.fromEntries([...known].map(([name, text]) => [name, digestOf(text)]));
  const result = await session.query(oneLine(catalogueQuery(session, version, choice)), [
    schema,
    JSON.stringify(digests),
    ...(choice === undefined ? [] : [JSON.stringify(chosen(choice))]),
  ]);
  const fresh = new Map<string, string>();
  const tables = result.rows.map((row) => {
    const name = row.relname ?? '';
    if (row.facts != null) fresh.set(name, row.facts);
    const facts = readJson(session, tableFacts, row.facts ?? known.get(name) ?? '', `facts of ${name}`);
    const bytes = row.bytes == null ? 0 : readJson(session, size, row.bytes, `size of ${name}`);
    const rows = row.estimated_rows ?? null;
    const estimatedRows = rows === null ? null : readJson(session, size, rows, `rows of ${name}`);
    return { name, facts, size: { bytes, estimatedRows } };
  });
  keepTables(memory, fresh, choice === undefined ? tables.map((one) => one.name) : null);
  const types = await readTypes(
    session,
    version,
    tables.flatMap((one) => typesOf(one.facts)),
    memory,
    choice === undefined,
  );
  return tables.map(({ name, facts, size }) =>
    toShape(schema, name, facts, size, types, { version, recoding }),
  );
}

/** @param all every table of the schema, where all were read: others are gone */
function keepTables(
  memory: ShapeMemory,
  fresh: ReadonlyMap<string, string>,
  all: readonly string[] | null,
): void {
  const there = new Set(all);
  const gone = all === null ? [] : [...memory.recall('table').keys()].filter((name) => !there.has(name));
  if (fresh.size > 0 || gone.length > 0) memory.keep('table', fresh, gone);
}

/**
 * SQL of the tables that somebody has locked, or waits to lock, against everybody. Size and default
 * expressions of such a one can only be asked for by waiting too, and one VACUUM FULL would make the whole
 * database look frozen: its pages are then as the last VACUUM or ANALYZE counted them, its defaults there but empty.
 */
export const EXCLUSIVELY_LOCKED = `SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock'
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;

/** OFFSET 0 keeps the server from working the facts out twice: for the digest, and to send them. */
function catalogueQuery(
  { recoding, side }: Session,
  version: number,
  choice: TableChoice | undefined,
): string {
  return `SELECT c.relname, c.pages OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::integer AS bytes, c.estimated_rows,
  CASE WHEN (k.value OPERATOR(pg_catalog.=) ${digestSql('c.facts')}) IS NOT TRUE THEN c.facts END AS facts
FROM (SELECT ${recoding === null ? 'c.relname' : `${shown('c.relname::pg_catalog.text', recoding)} AS relname`}, z.pages, CASE WHEN c.reltuples OPERATOR(pg_catalog.>) 0 AND c.relpages OPERATOR(pg_catalog.>) 0
    THEN pg_catalog.round(c.reltuples::numeric OPERATOR(pg_catalog./) c.relpages OPERATOR(pg_catalog.*) z.pages) END AS estimated_rows,
    ${shown(`${factsSql(version, 'x.locked', side)}::pg_catalog.text`, recoding)} AS facts
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  CROSS JOIN LATERAL (SELECT c.oid OPERATOR(pg_catalog.=) ANY (ARRAY(${EXCLUSIVELY_LOCKED})) AS locked) x
  CROSS JOIN LATERAL (SELECT CASE WHEN x.locked THEN c.relpages
    ELSE pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog./) pg_catalog.current_setting('block_size')::integer END AS pages) z
  WHERE n.nspname OPERATOR(pg_catalog.=) $1 AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') AND NOT c.relispartition${choiceSql(choice)}
  OFFSET 0) c LEFT JOIN pg_catalog.json_each_text($2::pg_catalog.json) k ON k.key OPERATOR(pg_catalog.=) c.relname
ORDER BY c.relname`;
}

function choiceSql(choice: TableChoice | undefined): string {
  if (choice === undefined) return '';
  const name = 'typed' in choice ? bareNameSql('c.relname') : 'c.relname';
  return ` AND ${name} OPERATOR(pg_catalog.=) ANY (SELECT pg_catalog.json_array_elements_text($3::pg_catalog.json))`;
}

function chosen(choice: TableChoice): readonly string[] {
  return 'typed' in choice ? choice.typed.map(bareName) : choice;
}
