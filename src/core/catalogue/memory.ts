import { createHash } from 'node:crypto';
import type { Statement } from '../postgres/pipeline.ts';
import { own, regName, textArray } from '../postgres/quote.ts';

/**
 * Kinds of stored texts: a table's facts by its name, all types of some tables together, and the catalogue
 * rows that a table's facts were derived from ({@link KnownRows}).
 */
export type FactKind = 'table' | 'types' | 'rows';

/**
 * Stores what was read of a schema's catalogue, as the texts that the server sent, so that only changed parts
 * are sent again.
 *
 * The stored texts need not be trusted. At every reading the server computes the whole text and leaves it out
 * only if its digest equals that of our text. So the text in use is always the server's current one; a
 * damaged or outdated one, or another database's, has another digest and only costs a full reading.
 */
export interface ShapeMemory {
  /** Texts by name; empty if nothing is stored. */
  recall(kind: FactKind): ReadonlyMap<string, string>;
  /**
   * @param fresh new or changed texts
   * @param gone names whose texts are no longer needed
   */
  keep(kind: FactKind, fresh: ReadonlyMap<string, string>, gone: readonly string[]): void;
}

/** Stores nothing, so everything is read. */
export const NO_MEMORY: ShapeMemory = { recall: () => new Map(), keep: () => undefined };

/** In hexadecimal digits: half of SHA-256, because a digest is sent for every table. */
const DIGEST_LENGTH = 32;

/** The digest of a text, equal to what {@link digestSql} computes at the server. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, DIGEST_LENGTH);
}

/**
 * SQL of a text's digest, independent of the database's encoding. Not md5, which is missing in FIPS mode and
 * revoked on some servers.
 *
 * @param encoding SQL; the database's own if digests are only compared within it
 */
export function digestSql(text: string, encoding = "'UTF8'"): string {
  const bytes = `pg_catalog.convert_to(${text}, ${encoding})`;
  return `pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(${bytes}), 'hex'), 1, ${DIGEST_LENGTH})`;
}

/** An encoding for {@link digestSql} that every text of the database can be written in. */
export const OWN_ENCODING = 'pg_catalog.getdatabaseencoding()';

/**
 * SQL that identifies a relation `c` and its columns: changes when the table is created again, or a column is
 * added, dropped, renamed or retyped. Fast enough to run before every pass.
 */
export const SHAPE_DIGEST = `pg_catalog.concat(c.oid, '/', (SELECT ${digestSql(
  `pg_catalog.string_agg(pg_catalog.concat_ws(':', p.attnum, p.attname, p.atttypid,
    p.atttypmod), ',' ORDER BY p.attnum)`,
  OWN_ENCODING,
)} FROM pg_catalog.pg_attribute p
    WHERE p.attrelid ${own('=')} c.oid AND p.attnum ${own('>')} 0 AND NOT p.attisdropped))`;

/** SQL that reads a relation's current {@link TableShape.shapeDigest}; no row if it is gone. */
export function shapeDigestQuery(schema: string, name: string): Statement {
  return { text: SHAPE_DIGEST_QUERY, values: [regName(schema, name)] };
}

/**
 * SQL that reads several relations' current {@link TableShape.shapeDigest} and their size in bytes with large values, each
 * with the place of its name in the list; no row for one that is gone.
 */
export function shapeDigestsQuery(tables: readonly { schema: string; name: string }[]): Statement {
  const text = `SELECT a.n, ${SHAPE_DIGEST} AS digest, pg_catalog.pg_relation_size(c.oid) ${own('+')} coalesce(pg_catalog.pg_relation_size(c.reltoastrelid), 0) AS bytes
 FROM pg_catalog.unnest($1::pg_catalog.text[]) WITH ORDINALITY a(name, n) JOIN pg_catalog.pg_class c ON c.oid ${own('=')} pg_catalog.to_regclass(a.name)`;
  return { text, values: [textArray(tables.map(({ schema, name }) => regName(schema, name)))] };
}

const SHAPE_DIGEST_QUERY = `SELECT ${SHAPE_DIGEST} AS digest FROM pg_catalog.pg_class c WHERE c.oid ${own('=')} pg_catalog.to_regclass($1)`;
