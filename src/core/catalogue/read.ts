import { z } from 'zod';
import { oneLine, textArray } from '../postgres/quote.ts';
import { readJson } from '../postgres/readJson.ts';
import { shown } from '../postgres/recoding.ts';
import type { Session, Statement, StatementResult } from '../postgres/session.ts';
import {
  areAllPlain,
  blockForm,
  inOrder,
  type KnownTable,
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

/** Pages or rows, as the server estimates them. */
const amount = z.int().nonnegative();

/**
 * Reads the tables of a schema with their columns and keys in one query (plus one if there are user-defined
 * types): on a slow link, one query per table would cost minutes per batch. If they are stored, a shorter
 * query first checks whether they are unchanged.
 *
 * @param choice only these tables; default: all tables, views and foreign tables of the schema
 * @param memory stored texts of this schema at this server, which are not sent again
 */
export function readTables(
  session: Session,
  version: number,
  schema: string,
  choice?: TableChoice,
  memory = NO_MEMORY,
): Promise<readonly TableShape[]> {
  return new CatalogueReading({ session, version, schema, choice, memory }).read();
}

/** One reading of {@link readTables}, whose first question can travel with other statements. */
export class CatalogueReading {
  readonly #reading: Reading;
  readonly #known: ReadonlyMap<string, string>;
  readonly #tables: readonly KnownTable[] | null;

  constructor(reading: Reading) {
    const { session, version, choice, memory } = reading;
    this.#reading = reading;
    this.#known = new Map([...memory.recall('table')].filter(([name]) => isChosen(choice, name)));
    this.#tables = knownTables(this.#known, memory, session.side, readingOf(session, version));
  }

  /** Asks whether the tables are as they are remembered; null if there is nothing to ask. */
  get question(): Statement | null {
    const { session, schema, choice } = this.#reading;
    if (this.#tables === null) return null;
    const text = sameRowsQuery(session.side, relationsSql(choice, 2));
    return { text, values: [schema, ...chosenNames(choice)] };
  }

  /** @param answer result of {@link question}; asked now if absent */
  async read(answer?: StatementResult): Promise<readonly TableShape[]> {
    const { question } = this;
    if (this.#tables !== null && question !== null) {
      const { text, values } = question;
      const asked = answer ?? (await this.#reading.session.query(text, values));
      const same = await readUnchanged(this.#reading, this.#tables, asked);
      if (same !== null) return same;
    }
    return readWhole(this.#reading, this.#known);
  }
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

/** The stored tables, if a single digest proves them all unchanged; else null. */
async function readUnchanged(
  reading: Reading,
  tables: readonly KnownTable[],
  answer: StatementResult,
): Promise<readonly TableShape[] | null> {
  const { session } = reading;
  const expected = inOrder(tables);
  const [row] = answer.rows;
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

/** @param all every table of the schema if all were read: others are gone */
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
 * SQL of tables on which somebody holds or awaits an exclusive lock. Reading the size or default expressions
 * of such a table would wait too, so one VACUUM FULL would make the whole database look frozen. Instead, the
 * last VACUUM's or ANALYZE's page count is used, and defaults are present but empty.
 */
export const EXCLUSIVELY_LOCKED = `SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock'
  AND l.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;

/**
 * OFFSET 0 keeps the server from computing the facts twice: for the digest and for the answer.
 *
 * @param asksRows whether to return digests of the catalogue rows too; not for a locked table, whose facts
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

/** SQL condition: `c` is a table of the schema $1, and chosen. @param place parameter number of the chosen names */
function relationsSql(choice: TableChoice | undefined, place: number): string {
  return `WHERE c.relnamespace OPERATOR(pg_catalog.=) (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $1) AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,p,v,m,f}') AND NOT c.relispartition${choiceSql(choice, place)}`;
}

function choiceSql(choice: TableChoice | undefined, place: number): string {
  if (choice === undefined) return '';
  const name = 'typed' in choice ? bareNameSql('c.relname') : 'c.relname';
  return ` AND ${name} OPERATOR(pg_catalog.=) ANY ($${place})`;
}

/** The parameter values of {@link choiceSql}. */
function chosenNames(choice: TableChoice | undefined): readonly string[] {
  if (choice === undefined) return [];
  return [textArray('typed' in choice ? choice.typed.map(bareName) : choice)];
}

/** Some tables of a schema: with exactly these names, or all that a typed name may mean. */
export type TableChoice = readonly string[] | { readonly typed: readonly string[] };

/**
 * Reduces a name to its ASCII letters and digits in lower case. Names that `namesTable` treats as equal are always
 * reduced to the same text, but others may be too, so the server uses it only to preselect tables. Other letters are
 * dropped, because their lower case depends on the server's collation.
 */
function bareName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
}

/** SQL of {@link bareName}. */
function bareNameSql(name: string): string {
  return `pg_catalog.regexp_replace(pg_catalog.lower(${name}::pg_catalog.text COLLATE pg_catalog."C"), '[^a-z0-9]', '', 'g')`;
}

/** Whether a table with this name is chosen. */
function isChosen(choice: TableChoice | undefined, table: string): boolean {
  if (choice === undefined) return true;
  if (!('typed' in choice)) return choice.includes(table);
  const bare = bareName(table);
  return choice.typed.some((one) => bareName(one) === bare);
}
