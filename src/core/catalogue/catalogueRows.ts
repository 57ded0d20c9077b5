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
 * Whether a catalogue is as it was: asked first, because the query that makes facts of it is several times as long,
 * and on most days the answer is yes.
 *
 * Facts of a {@link isPlain plain} table are made of rows of the catalogue that are its own, and of what comes with
 * PostgreSQL. So where its rows are the same to the last byte, the facts are too.
 */

/** What is remembered of a table beside its facts. */
const knownRowsForm = z.object({
  /** {@link readingOf} them: another server version or another query makes other facts of the same rows. */
  reading: z.string(),
  /** Digest of its rows in the catalogue when its facts were made, in hexadecimal digits. */
  rows: z.string(),
  /** Digest of the text of those facts. */
  facts: z.string(),
  size: z.object({ bytes: z.number(), estimatedRows: z.number().nullable() }),
});
export type KnownRows = z.output<typeof knownRowsForm>;

export type Size = Pick<TableShape, 'bytes' | 'estimatedRows'>;

/** A table that is remembered. */
export interface KnownTable {
  readonly name: string;
  readonly facts: TableFacts;
  readonly rows: KnownRows;
}

/** By catalogue, the column that says of which relation a row is. */
const CATALOGUES = [
  ['attribute', 'attrelid'],
  ['attrdef', 'adrelid'],
  ['index', 'indrelid'],
  ['constraint', 'conrelid'],
  ['trigger', 'tgrelid'],
  ['inherits', 'inhparent'],
] as const;

/**
 * SQL of the digest of a relation `c`'s own rows in the catalogue. Of its row in pg_class only what facts are made of:
 * the rest changes with every VACUUM.
 */
export function rowsDigestSql(side: Side): string {
  const rows = CATALOGUES.map(
    ([catalogue, relation]) =>
      `SELECT x::pg_catalog.text FROM pg_catalog.pg_${catalogue} x WHERE x.${relation} ${own('=')} c.oid`,
  );
  // Whether policies bind our role depends on who it is, too; and whether the owner is trusted, on who may make tables.
  const bound =
    side === 'source'
      ? ''
      : `pg_catalog.row_security_active(c.oid),c.relowner,(SELECT n.nspacl FROM pg_catalog.pg_namespace n WHERE n.oid ${own('=')} c.relnamespace),`;
  const parts = `c.oid,c.relkind,c.relrowsecurity,c.relhasrules,c.relpersistence,${bound}c.relname,ARRAY(${rows.join(' UNION ')} ORDER BY 1)`;
  return `pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.concat(${parts}),${OWN_ENCODING}))`;
}

/** Whether facts are made of nothing but what {@link rowsDigestSql} is made of. Types have a digest of their own. */
export function isPlain(facts: TableFacts, side: Side): boolean {
  // Partitions may be unlogged, or become so.
  if (side === 'central' && facts.kind === 'p') return false;
  const apart = [facts.children, facts.policies, facts.unlogged].some((one) => one != null);
  // Operator classes, and collations, that are not PostgreSQL's own defaults.
  return !apart && (facts.keys ?? []).every(([, , , specials]) => specials === null);
}

/** Tells one way to make facts of rows from another. */
export function readingOf({ side, recoding }: Session, version: number): string {
  return digestOf(JSON.stringify([version, recoding, factsSql(version, '', side), rowsDigestSql(side)]));
}

/** The tables whose rows are remembered; null where one of them may have changed unseen, so that nothing is to be asked. */
export function knownTables(
  known: ReadonlyMap<string, string>,
  memory: ShapeMemory,
  side: Side,
  reading: string,
): readonly KnownTable[] | null {
  const rows = memory.recall('rows');
  const found = [...known].map(([name, text]): KnownTable | null => {
    const one = parseJson(knownRowsForm, rows.get(name) ?? '');
    if (one?.reading !== reading || one.facts !== digestOf(text)) return null;
    const facts = parseJson(tableFacts, text);
    return facts !== null && isPlain(facts, side) ? { name, facts, rows: one } : null;
  });
  return found.length > 0 && found.every((one) => one !== null) ? found : null;
}

/** Whether all of these can be known by their rows the next time. @param known texts of facts, by name */
export function areAllPlain(known: ReadonlyMap<string, string>, side: Side): boolean {
  return [...known.values()].every((text) => {
    const facts = parseJson(tableFacts, text);
    return facts !== null && isPlain(facts, side);
  });
}

/** The text of {@link KnownRows}. @param facts the text of the facts that were made of these rows */
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

/** SQL of the tables that others have locked, in any database: the number of one here may be locked there alone. */
const LOCKED = `SELECT l.relation FROM pg_catalog.pg_locks l WHERE l.mode ${own('=')} 'AccessExclusiveLock'`;

/**
 * SQL of pages and rows as the catalogue counts them, and of the bytes as they are now, of relations `c`. To ask for
 * the bytes of a locked one is to wait for it.
 */
const SIZES = `pg_catalog.json_agg(pg_catalog.json_build_array(c.relpages,c.reltuples,CASE WHEN c.oid ${own('=')} ANY (ARRAY(${LOCKED})) THEN NULL ELSE pg_catalog.pg_relation_size(c.oid) END) ORDER BY c.oid)`;

/**
 * SQL of one digest for the rows of all relations `c`. Their sizes, which change with what is in them, come with it; not
 * those of head office, which nothing depends on.
 *
 * @param where SQL: which relations
 */
export function sameRowsQuery(side: Side, where: string): string {
  const all = `pg_catalog.sha256(pg_catalog.string_agg(${rowsDigestSql(side)},'' ORDER BY c.oid))`;
  const sizes =
    side === 'source' ? `,${SIZES} AS sizes,pg_catalog.current_setting('block_size') AS block` : '';
  return `SELECT pg_catalog.encode(${all},'hex') AS rows${sizes} FROM pg_catalog.pg_class c ${where}`;
}

/** The answer to {@link sameRowsQuery} where nothing has changed; in the order in which it has the sizes. */
export function inOrder(tables: readonly KnownTable[]): {
  readonly tables: readonly KnownTable[];
  readonly rows: string;
} {
  const ordered = [...tables].sort((a, b) => a.facts.oid - b.facts.oid);
  const all = createHash('sha256');
  for (const { rows } of ordered) all.update(rows.rows, 'hex');
  return { tables: ordered, rows: all.digest('hex') };
}

/** By table: pages and rows as the catalogue counts them, bytes; null where a lock keeps them from being asked for. */
export const sizesForm = z.array(z.tuple([z.number(), z.number(), z.number().nullable()]));
export const blockForm = z.int().positive();

/** @param raw one of {@link sizesForm} */
export function sizeOf(raw: readonly [number, number, number | null], blockBytes: number): Size {
  const [pages, rows, size] = raw;
  const bytes = size ?? pages * blockBytes;
  const counted = pages > 0 && rows > 0;
  return { bytes, estimatedRows: counted ? Math.round((rows / pages) * (bytes / blockBytes)) : null };
}
