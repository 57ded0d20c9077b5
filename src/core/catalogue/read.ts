import { z } from 'zod';
import { oneLine, textArray } from '../postgres/quote.ts';
import { readJson } from '../postgres/readJson.ts';
import { shown } from '../postgres/recoding.ts';
import type { Session } from '../postgres/session.ts';
import {
  areAllPlain,
  blockForm,
  inOrder,
  knownRows,
  knownTables,
  readingOf,
  rowsDigestSql,
  type Size,
  sameRowsQuery,
  sizeOf,
  sizesForm,
} from './catalogueRows.ts';
import { factsSql, type TableFacts, tableFacts, toShape, typesOf } from './facts.ts';
import { digestOf, digestSql, type FactKind, NO_MEMORY, type ShapeMemory } from './memory.ts';
import type { TableShape } from './shape.ts';
import { readTypes, type Types, type TypesRead } from './types.ts';

/** Of pages or rows, as the server estimates them. */
const amount = z.int().nonnegative();

/**
 * Reads the tables of a schema with their columns and keys, all in one query (a second one where there are
 * types of the database's own): on a slow link a query a table would cost minutes a batch. Where they are remembered,
 * a shorter query asks first whether they are as they were.
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
  const known = new Map([...memory.recall('table')].filter(([name]) => isChosen(choice, name)));
  const reading: Reading = { session, version, schema, choice, memory };
  return (await readUnchanged(reading, known)) ?? (await readWhole(reading, known));
}

interface Reading {
  readonly session: Session;
  readonly version: number;
  readonly schema: string;
  readonly choice: TableChoice | undefined;
  readonly memory: ShapeMemory;
}

interface FoundTable {
  readonly name: string;
  readonly facts: TableFacts;
  readonly size: Size;
}

/** The tables as they are remembered, where one digest shows that all of them are so; else null. */
async function readUnchanged(
  reading: Reading,
  known: ReadonlyMap<string, string>,
): Promise<readonly TableShape[] | null> {
  const { session, version, schema, choice, memory } = reading;
  const tables = knownTables(known, memory, session.side, readingOf(session, version));
  if (tables === null) return null;
  const expected = inOrder(tables);
  const query = sameRowsQuery(session.side, relationsSql(choice, 2));
  const [row] = (await session.query(query, [schema, ...chosenNames(choice)])).rows;
  if (row?.rows !== expected.rows) return null;
  const sizes = readJson(session, sizesForm, row.sizes ?? '[]', 'sizes of tables');
  const block = row.block == null ? 1 : readJson(session, blockForm, row.block, 'size of a block');
  const found = expected.tables.map(({ name, facts, rows }, index): FoundTable => {
    const size = sizes[index];
    return { name, facts, size: size === undefined ? rows.size : sizeOf(size, block) };
  });
  const byName = found.sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const types = await typesOfAll(reading, byName);
  return types.known ? shapesOf(reading, byName, types.types) : null;
}

async function readWhole(
  reading: Reading,
  known: ReadonlyMap<string, string>,
): Promise<readonly TableShape[]> {
  const { session, version, schema, choice, memory } = reading;
  const { side } = session;
  const digests = Object.fromEntries([...known].map(([name, text]) => [name, digestOf(text)]));
  const query = catalogueQuery(session, version, choice, memory !== NO_MEMORY && areAllPlain(known, side));
  const result = await session.query(oneLine(query), [
    schema,
    JSON.stringify(digests),
    ...chosenNames(choice),
  ]);
  const fresh = new Map<string, string>();
  const rows = new Map<string, string>();
  const tables = result.rows.map((row): FoundTable => {
    const name = row.relname ?? '';
    if (row.facts != null) fresh.set(name, row.facts);
    const text = row.facts ?? known.get(name) ?? '';
    const facts = readJson(session, tableFacts, text, `facts of ${name}`);
    const bytes = row.bytes == null ? 0 : readJson(session, amount, row.bytes, `size of ${name}`);
    const estimate = row.estimated_rows ?? null;
    const estimatedRows = estimate === null ? null : readJson(session, amount, estimate, `rows of ${name}`);
    const size = { bytes, estimatedRows };
    if (row.rows != null) rows.set(name, knownRows(session, version, row.rows, text, size));
    return { name, facts, size };
  });
  const all = choice === undefined ? tables.map((one) => one.name) : null;
  keepTables(memory, 'table', fresh, all);
  keepTables(memory, 'rows', rows, all);
  return shapesOf(reading, tables, (await typesOfAll(reading, tables)).types);
}

function typesOfAll(
  { session, version, choice, memory }: Reading,
  tables: readonly FoundTable[],
): Promise<TypesRead> {
  const oids = tables.flatMap((one) => typesOf(one.facts));
  return readTypes(session, version, oids, memory, choice === undefined);
}

function shapesOf(
  { session, version, schema }: Reading,
  tables: readonly FoundTable[],
  types: Types,
): readonly TableShape[] {
  const { recoding } = session;
  return tables.map(({ name, facts, size }) =>
    toShape(schema, name, facts, size, types, { version, recoding }),
  );
}

/** @param all every table of the schema, where all were read: others are gone */
function keepTables(
  memory: ShapeMemory,
  kind: FactKind,
  fresh: ReadonlyMap<string, string>,
  all: readonly string[] | null,
): void {
  const known = memory.recall(kind);
  const there = new Set(all);
  const gone = all === null ? [] : [...known.keys()].filter((name) => !there.has(name));
  const changed = new Map([...fresh].filter(([name, text]) => known.get(name) !== text));
  if (changed.size > 0 || gone.length > 0) memory.keep(kind, changed, gone);
}

/**
 * SQL of the tables that somebody has locked, or waits to lock, against everybody. Size and default
 * expressions of such a one can only be asked for by waiting too, and one VACUUM FULL would make the whole
 * database look frozen: its pages are then as the last VACUUM or ANALYZE counted them, its defaults there but empty.
 */
export const EXCLUSIVELY_LOCKED = `SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock'
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;

/**
 * OFFSET 0 keeps the server from working the facts out twice: for the digest, and to send them.
 *
 * @param asksRows whether digests of the rows that the facts were made of are wanted; not of a locked table, whose facts
 *   lack its defaults
 */
function catalogueQuery(
  { recoding, side }: Session,
  version: number,
  choice: TableChoice | undefined,
  asksRows: boolean,
): string {
  const rows = asksRows
    ? `CASE WHEN NOT x.locked THEN pg_catalog.encode(${rowsDigestSql(side)},'hex') END`
    : 'NULL';
  return `SELECT c.relname, c.pages OPERATOR(pg_catalog.*) pg_catalog.current_setting('block_size')::integer AS bytes, c.estimated_rows,
  CASE WHEN (k.value OPERATOR(pg_catalog.=) ${digestSql('c.facts')}) IS NOT TRUE THEN c.facts END AS facts, c.rows
FROM (SELECT ${recoding === null ? 'c.relname' : `${shown('c.relname::pg_catalog.text', recoding)} AS relname`}, z.pages, CASE WHEN c.reltuples OPERATOR(pg_catalog.>) 0 AND c.relpages OPERATOR(pg_catalog.>) 0
    THEN pg_catalog.round(c.reltuples::numeric OPERATOR(pg_catalog./) c.relpages OPERATOR(pg_catalog.*) z.pages) END AS estimated_rows,
    ${shown(`${factsSql(version, 'x.locked', side)}::pg_catalog.text`, recoding)} AS facts, ${rows} AS rows
  FROM pg_catalog.pg_class c
  CROSS JOIN LATERAL (SELECT c.oid OPERATOR(pg_catalog.=) ANY (ARRAY(${EXCLUSIVELY_LOCKED})) AS locked) x
  CROSS JOIN LATERAL (SELECT CASE WHEN x.locked THEN c.relpages
    ELSE pg_catalog.pg_relation_size(c.oid) OPERATOR(pg_catalog./) pg_catalog.current_setting('block_size')::integer END AS pages) z
  ${relationsSql(choice, 3)}
  OFFSET 0) c LEFT JOIN pg_catalog.json_each_text($2::pg_catalog.json) k ON k.key OPERATOR(pg_catalog.=) c.relname
ORDER BY c.relname`;
}

/** SQL of which relations `c` are tables of the schema $1, and chosen. @param place of the names that are chosen by */
function relationsSql(choice: TableChoice | undefined, place: number): string {
  return `WHERE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1) AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') AND NOT c.relispartition${choiceSql(choice, place)}`;
}

function choiceSql(choice: TableChoice | undefined, place: number): string {
  if (choice === undefined) return '';
  const name = 'typed' in choice ? bareNameSql('c.relname') : 'c.relname';
  return ` AND ${name} OPERATOR(pg_catalog.=) ANY ($${place})`;
}

/** The values of {@link choiceSql}. */
function chosenNames(choice: TableChoice | undefined): readonly string[] {
  if (choice === undefined) return [];
  return [textArray('typed' in choice ? choice.typed.map(bareName) : choice)];
}

/** Some tables of a schema: those of these very names, or all that people may mean by what they typed. */
export type TableChoice = readonly string[] | { readonly typed: readonly string[] };

/**
 * What is left of a name where only its letters and digits count. Names that `namesTable` takes for the same
 * have the same (not the other way round), so that the server can choose by it. Only ASCII counts: to what
 * other letter a letter belongs is a matter of the server's collation.
 */
function bareName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** SQL of {@link bareName}. */
function bareNameSql(name: string): string {
  return `pg_catalog.regexp_replace(pg_catalog.lower(${name}::pg_catalog.text COLLATE pg_catalog."C"), '[^a-z0-9]', '', 'g')`;
}

/** Whether a table of this name is among those that are chosen. */
function isChosen(choice: TableChoice | undefined, table: string): boolean {
  if (choice === undefined) return true;
  if (!('typed' in choice)) return choice.includes(table);
  const bare = bareName(table);
  return choice.typed.some((one) => bareName(one) === bare);
}
