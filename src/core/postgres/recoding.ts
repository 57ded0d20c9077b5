import { SINGLE_BYTE_ENCODINGS, type TextEncoding } from '../../shared/encodings.ts';
import { FailureCode, FailureKind, SyncFailure } from '../../shared/errors.ts';
import { literal } from './quote.ts';

/**
 * How the texts of a source are read whose database declares another encoding than they are in, or none. The server
 * would send such bytes as they are, or as other characters than the ERP shows; so it is asked to convert them in
 * SQL, and everything behind it (chunks, keys, digests) has UTF-8 alone.
 */
export interface Recoding {
  /** What the database declares: `SQL_ASCII` where it declares none. */
  readonly declared: string;
  /** What the texts are in, as the settings say: {@link TextEncoding}, or what the database declares. */
  readonly real: string;
}

/** Databases that do not look at the bytes of a text. */
export const UNDECLARED = 'SQL_ASCII';

/**
 * @param real as the settings say; undefined where they say nothing
 * @returns null where the server's own conversion is right
 * @throws SyncFailure `source_encoding_setting`: the database looks at all bytes that come in, so that its texts cannot
 *   be in another encoding than it declares
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

/** SQL of a text's bytes in UTF-8. Fails for bytes that stand for no character. */
export function utf8Bytes(text: string, recoding: Recoding | null): string {
  if (recoding === null) return `pg_catalog.convert_to(${text}, 'UTF8')`;
  const raw = `pg_catalog.convert_to(${text}, ${literal(recoding.declared)})`;
  return `pg_catalog.convert(${raw}, ${literal(recoding.real)}, 'UTF8')`;
}

/** SQL of the text re-encoded as UTF-8. The database still takes its bytes for the declared encoding. */
export function recoded(text: string, recoding: Recoding): string {
  return `pg_catalog.convert_from(${utf8Bytes(text, recoding)}, ${literal(recoding.declared)})`;
}

/**
 * The same for a text in the answer to a query, which the server converts again where it has an encoding to convert
 * from. Such a server's own conversion is right for names, and only shows other characters where it is not.
 */
export function shown(text: string, recoding: Recoding | null): string {
  return recoding?.declared === UNDECLARED ? recoded(text, recoding) : text;
}

/** SQL of a text as the database has it: the other way round. */
export function storedText(value: string, recoding: Recoding | null): string {
  // ASCII is the same in all of them.
  if (recoding === null || /^[\0-\x7f]*$/.test(value)) return literal(value);
  const bytes = `'\\x${Buffer.from(value, 'utf8').toString('hex')}'::pg_catalog.bytea`;
  return `pg_catalog.convert_from(pg_catalog.convert(${bytes}, 'UTF8', ${literal(recoding.real)}), ${literal(recoding.declared)})`;
}
