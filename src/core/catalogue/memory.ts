import { createHash } from 'node:crypto';
import type { Statement } from '../postgres/pipeline.ts';
import { own, regName } from '../postgres/quote.ts';

/**
 * What is remembered: a table's facts by its name, all types of some tables together, and which rows of the catalogue
 * a table's facts were made of ({@link KnownRows}).
 */
export type FactKind = 'table' | 'types' | 'rows';

/**
 * What was read of one schema's catalogue before, as the texts that the server sent: only what has changed
 * since travels again.
 *
 * Nobody has to trust it. The server makes the whole text anew at every reading and leaves it out only where
 * its digest is that of the text we have, so the text that is used is always the one that the server has now;
 * a damaged, an old or another database's text has another digest and costs one whole reading.
 */
export interface ShapeMemory {
  /** Texts by name; empty where nothing is known. */
  recall(kind: FactKind): ReadonlyMap<string, string>;
  /**
   * @param fresh texts that are new or have changed
   * @param gone names whose texts are of no more use
   */
  keep(kind: FactKind, fresh: ReadonlyMap<string, string>, gone: readonly string[]): void;
}

/** Remembers nothing: everything is read. */
export const NO_MEMORY: ShapeMemory = { recall: () => new Map(), keep: () => undefined };

/** Half of SHA-256, in hexadecimal digits: it travels for every table. */
const DIGEST_LENGTH = 32;

/** The digest of a text, as {@link digestSql} writes that of the server's. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, DIGEST_LENGTH);
}

/**
 * SQL of the digest of a text, whatever the encoding of the database. Not md5: servers that keep to FIPS 140 have
 * none, and others have taken the right to it away.
 *
 * @param encoding SQL; that of the database where digests are only ever compared within it
 */
export function digestSql(text: string, encoding = "'UTF8'"): string {
  const bytes = `pg_catalog.convert_to(${text}, ${encoding})`;
  return `pg_catalog.substr(pg_catalog.encode(pg_catalog.sha256(${bytes}), 'hex'), 1, ${DIGEST_LENGTH})`;
}

/** The encoding for {@link digestSql} that can write every text of the database. */
export const OWN_ENCODING = 'pg_catalog.getdatabaseencoding()';

/**
 * SQL of what identifies a relation `c` and its columns: it changes when the table is made anew or a column
 * is added, dropped, renamed or retyped. Cheap enough to be asked before every pass.
 */
export const SHAPE_DIGEST = `pg_catalog.concat(c.oid, '/', (SELECT ${digestSql(
  `pg_catalog.string_agg(pg_catalog.concat_ws(':', p.attnum, p.attname, p.atttypid,
    p.atttypmod), ',' ORDER BY p.attnum)`,
  OWN_ENCODING,
)} FROM pg_catalog.pg_attribute p
    WHERE p.attrelid ${own('=')} c.oid AND p.attnum ${own('>')} 0 AND NOT p.attisdropped))`;

/** SQL that reads {@link TableShape.shapeDigest} of one relation as it is now; no row where it is gone. */
export function shapeDigestQuery(schema: string, name: string): Statement {
  return { text: SHAPE_DIGEST_QUERY, values: [regName(schema, name)] };
}

const SHAPE_DIGEST_QUERY = `SELECT ${SHAPE_DIGEST} AS digest FROM pg_catalog.pg_class c WHERE c.oid ${own('=')} pg_catalog.to_regclass($1)`;
