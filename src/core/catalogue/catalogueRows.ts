import { createHash } from 'node:crypto';
import { z } from 'zod';
import { own } from '../postgres/quote.ts';
import { parseJson } from '../postgres/readJson.ts';
import type { Session } from '../postgres/session.ts';
import type { Side } from '../postgres/sqlstates.ts';
import { factsSql, type TableFacts, tableFacts } from './facts.ts';
import { digestOf, OWN_ENCODING, type ShapeMemory } from './memory.ts';
import type { TableShape } from './shape.ts';

/**
 * Checks whether a catalogue is unchanged before reading it: the query that reads table facts is several
 * times as long, and on most days nothing has changed.
 *
 * Facts of a {@link isPlain plain} table are derived only from its own catalogue rows and from what comes
 * with PostgreSQL. So if these rows are identical, the facts are too.
 */

export type Size = Pick<TableShape, 'bytes' | 'estimatedRows'>;

/** What is stored for a table besides its facts. */
export interface KnownRows {
  /** See {@link readingOf}: another server version or query derives other facts from the same rows. */
  readonly reading: string;
  /** Hexadecimal digest of the catalogue rows that the facts were derived from. */
  readonly rows: string;
  /** Digest of the text of those facts. */
  readonly facts: string;
  readonly size: Size;
}

/** Increase it when {@link tableFacts} validates more, so that texts stored by earlier versions are read again. */
const FACTS_FORM = 1;

/** A stored table. */
export interface KnownTable {
  readonly name: string;
  readonly facts: TableFacts;
  readonly rows: KnownRows;
}

/** Catalogues, each with the column that identifies the relation. */
const CATALOGUES = [
  ['attribute', 'attrelid'],
  ['attrdef', 'adrelid'],
  ['index', 'indrelid'],
  ['constraint', 'conrelid'],
  ['trigger', 'tgrelid'],
  ['inherits', 'inhparent'],
] as const;

/**
 * SQL of the digest of a relation `c`'s own catalogue rows. From pg_class only the columns that facts use,
 * because others change with every VACUUM.
 */
export function rowsDigestSql(side: Side): string {
  // Two facts also depend on other things: whether policies apply, on our role; whether the owner is trusted,
  // on who may create tables.
  const bound =
    side === 'source'
      ? ''
      : `pg_catalog.row_security_active(c.oid),c.relowner,(SELECT n.nspacl FROM pg_catalog.pg_namespace n WHERE n.oid ${own('=')} c.relnamespace),`;
  const rows = side === 'source' ? contentsSql() : versionsSql();
  const parts = `c.oid,c.relkind,c.relrowsecurity,c.relhasrules,c.relpersistence,${bound}c.relname,${rows}`;
  return `pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat(${parts}),${OWN_ENCODING}))`;
}

/** SQL of the rows themselves. */
function contentsSql(): string {
  const rows = CATALOGUES.map(
    ([catalogue, relation]) =>
      `SELECT x::pg_catalog.text FROM pg_catalog.pg_${catalogue} x WHERE x.${relation} ${own('=')} c.oid`,
  );
  return `ARRAY(${rows.join(' UNION ')} ORDER BY 1)`;
}

/**
 * SQL of the rows' versions: PostgreSQL never changes such a row in place. It costs head office a third of writing the
 * rows as text. Names and types of columns are among them because a server that was set back to an earlier state
 * gives the same versions out again.
 */
function versionsSql(): string {
  const rows = CATALOGUES.map(([catalogue, relation], index) => {
    const parts = ['xmin', 'ctid', index, ...(catalogue === 'attribute' ? COLUMN_PARTS : [])];
    return `SELECT pg_catalog.concat(${parts.join()})${index === 0 ? ' v' : ''} FROM pg_catalog.pg_${catalogue} WHERE ${relation} ${own('=')} c.oid${WITHOUT[catalogue] ?? ''}`;
  });
  return `(SELECT pg_catalog.sum(pg_catalog.hashtextextended(v,0)) FROM (${rows.join(' UNION ALL ')}) x)`;
}

/** SQL that leaves out rows which say nothing: columns of the system, and what NOT NULL of a column says already. */
const WITHOUT: Readonly<Record<string, string>> = {
  attribute: ` AND attnum ${own('>')} 0`,
  constraint: ` AND (contype ${own('<>')} 'n' OR NOT convalidated)`,
};

const COLUMN_PARTS = ['attname', 'atttypid', 'atttypmod'] as const;

/** Whether facts depend only on the rows covered by {@link rowsDigestSql}. Types have a digest of their own. */
export function isPlain(facts: TableFacts, side: Side): boolean {
  // Partitions may be or become unlogged.
  if (side === 'central' && facts.kind === 'p') return false;
  const apart = [facts.children, facts.policies, facts.unlogged].some((one) => one != null);
  // Operator classes and collations that are not PostgreSQL's defaults.
  return !apart && (facts.keys ?? []).every(([, , , specials]) => specials === null);
}

/** Identifies how facts are derived from rows. */
export function readingOf({ side, recoding }: Session, version: number): string {
  return digestOf(
    JSON.stringify([FACTS_FORM, version, recoding, factsSql(version, '', side), rowsDigestSql(side)]),
  );
}

/**
 * The tables with stored rows; null if one of them could have changed undetected, so that a check would prove
 * nothing.
 */
export function knownTables(
  known: ReadonlyMap<string, string>,
  memory: ShapeMemory,
  side: Side,
  reading: string,
): readonly KnownTable[] | null {
  const rows = memory.recall('rows');
  const found: KnownTable[] = [];
  for (const [name, text] of known) {
    const one = readKnownRows(rows.get(name) ?? '');
    if (one?.reading !== reading || one.facts !== digestOf(text)) return null;
    // Not validated again: the text was validated when it was read, and doing so for all takes longer than
    // the query.
    const facts = readText<TableFacts>(text);
    if (facts === null || !isPlain(facts, side)) return null;
    found.push({ name, facts, rows: one });
  }
  return found.length > 0 ? found : null;
}

/** Parses the text of {@link KnownRows}; null if it is invalid. By hand for speed, because there is one per table. */
function readKnownRows(text: string): KnownRows | null {
  const { reading, rows, facts, size } = readText<Partial<KnownRows>>(text) ?? {};
  if (typeof reading !== 'string' || typeof rows !== 'string' || typeof facts !== 'string') return null;
  if (typeof size?.bytes !== 'number') return null;
  const estimatedRows = typeof size.estimatedRows === 'number' ? size.estimatedRows : null;
  return { reading, rows, facts, size: { bytes: size.bytes, estimatedRows } };
}

function readText<T extends object>(text: string): T | null {
  try {
    const value: unknown = JSON.parse(text);
    return value instanceof Object ? (value as T) : null;
  } catch {
    return null;
  }
}

/** Whether all of these tables can be checked by their rows the next time. @param known texts of facts, by name */
export function areAllPlain(known: ReadonlyMap<string, string>, side: Side): boolean {
  return [...known.values()].every((text) => {
    const facts = parseJson(tableFacts, text);
    return facts !== null && isPlain(facts, side);
  });
}

/** The text of {@link KnownRows}. @param facts the text of the facts derived from these rows */
export function knownRows(
  session: Session,
  version: number,
  rows: string,
  facts: string,
  size: Size,
): string {
  const known: KnownRows = { reading: readingOf(session, version), rows, facts: digestOf(facts), size };
  return JSON.stringify(known);
}

/** SQL of tables locked by others in any database: a table with the same oid elsewhere may be the locked one. */
const LOCKED = `SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.mode ${own('=')} 'AccessExclusiveLock'`;

/**
 * SQL of the catalogue's page and row counts and the current bytes of relations `c`. Bytes of a locked table
 * are left out, because asking for them would wait for the lock.
 */
const SIZES = `pg_catalog.json_agg(pg_catalog.json_build_array(c.relpages,c.reltuples,CASE WHEN c.oid ${own('=')} ANY (ARRAY(${LOCKED})) THEN NULL ELSE pg_catalog.pg_relation_size(c.oid) END) ORDER BY c.oid)`;

/**
 * SQL of one digest over the rows of all relations `c`, with their sizes, which change with their contents.
 * Head office's sizes are left out, because nothing uses them.
 *
 * @param where SQL condition that selects the relations
 */
export function sameRowsQuery(side: Side, where: string): string {
  const all = `pg_catalog.sha256(pg_catalog.string_agg(${rowsDigestSql(side)},'' ORDER BY c.oid))`;
  const sizes =
    side === 'source' ? `,${SIZES} AS sizes,pg_catalog.current_setting('block_size') AS block` : '';
  return `SELECT pg_catalog.encode(${all},'hex') AS rows${sizes} FROM pg_catalog.pg_class c ${where}`;
}

/** The expected answer to {@link sameRowsQuery} if nothing has changed, and the order of its sizes. */
export function inOrder(tables: readonly KnownTable[]): {
  readonly tables: readonly KnownTable[];
  readonly rows: string;
} {
  const ordered = [...tables].sort((a, b) => a.facts.oid - b.facts.oid);
  const all = createHash('sha256');
  for (const { rows } of ordered) all.update(rows.rows, 'hex');
  return { tables: ordered, rows: all.digest('hex') };
}

/** Per table: the catalogue's pages and rows, and bytes; null if a lock prevented asking. */
export const sizesForm = z.array(z.tuple([z.number(), z.number(), z.number().nullable()]));
export const blockForm = z.int().positive();

/** @param raw one of {@link sizesForm} */
export function sizeOf(raw: readonly [number, number, number | null], blockBytes: number): Size {
  const [pages, rows, size] = raw;
  const bytes = size ?? pages * blockBytes;
  const counted = pages > 0 && rows > 0;
  return { bytes, estimatedRows: counted ? Math.round((rows / pages) * (bytes / blockBytes)) : null };
}
