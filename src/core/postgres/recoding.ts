import { SINGLE_BYTE_ENCODINGS, type TextEncoding } from '../../shared/encodings.ts';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { literal } from './quote.ts';

/**
 * How to read a source's texts if its database declares another encoding than they have, or none. The server
 * would send such bytes unchanged or misinterpreted, so it converts them in SQL, and all other code (chunks,
 * keys, digests) only sees UTF-8.
 */
export interface Recoding {
  /** The declared encoding: `SQL_ASCII` if the database declares none. */
  readonly declared: string;
  /** The real encoding of the texts: the setting ({@link TextEncoding}), or the declared one. */
  readonly real: string;
}

/** The encoding of databases that do not check the bytes of texts. */
export const UNDECLARED = 'SQL_ASCII';

/**
 * @param real the setting; undefined if there is none
 * @returns null if the server's own conversion is right
 * @throws SyncFailure `source_encoding_setting`: the database validates all bytes, so its texts cannot be in
 *   another encoding than it declares
 */
export function recodingOf(
  connection: string,
  declared: string,
  real: TextEncoding | undefined,
): Recoding | null {
  if (real === undefined || real === declared) return null;
  const unchecked: readonly string[] = [UNDECLARED, ...SINGLE_BYTE_ENCODINGS];
  if (unchecked.includes(declared)) return { declared, real };
  throw new SyncFailure({
    code: FailureCode.SourceEncodingSetting,
    kind: FailureKind.Permanent,
    message: `the encoding of the database is ${declared}`,
    params: { connection, side: 'source', encoding: real, declared },
  });
}

/** SQL of a text's bytes in UTF-8. Fails for bytes that are not a character. */
export function utf8Bytes(text: string, recoding: Recoding | null): string {
  if (recoding === null) return `pg_catalog.convert_to(${text}, 'UTF8')`;
  const raw = `pg_catalog.convert_to(${text}, ${literal(recoding.declared)})`;
  return `pg_catalog.convert(${raw}, ${literal(recoding.real)}, 'UTF8')`;
}

/** SQL of the text re-encoded as UTF-8, which the database still treats as its declared encoding. */
export function recoded(text: string, recoding: Recoding): string {
  return `pg_catalog.convert_from(${utf8Bytes(text, recoding)}, ${literal(recoding.declared)})`;
}

/**
 * The same for a text in a query's answer, which a server with a declared encoding converts once more. For
 * names, that server's own conversion is right, or at worst shows other characters.
 */
export function shown(text: string, recoding: Recoding | null): string {
  return recoding?.declared === UNDECLARED ? recoded(text, recoding) : text;
}

/** SQL of a text in the database's own encoding: the inverse conversion. */
export function storedText(value: string, recoding: Recoding | null): string {
  // ASCII is the same in all encodings.
  if (recoding === null || /^[\0-\x7f]*$/.test(value)) return literal(value);
  const bytes = `'\\x${Buffer.from(value, 'utf8').toString('hex')}'::pg_catalog.bytea`;
  return `pg_catalog.convert_from(pg_catalog.convert(${bytes}, 'UTF8', ${literal(recoding.real)}), ${literal(recoding.declared)})`;
}
