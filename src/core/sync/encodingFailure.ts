import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import { type ColumnShape, plainType, type TableShape } from '../catalogue/shape.ts';
import { ident, literal } from '../postgres/quote.ts';
import type { Session } from '../postgres/session.ts';
import { rowsOf } from '../source/snapshot.ts';
import type { Links } from './pass.ts';

/** SQLSTATEs character_not_in_repertoire and untranslatable_character. */
const ENCODING = new Set(['22021', '22P05']);

export function isEncodingFailure({ sqlstate }: FailureDetail): boolean {
  return sqlstate !== undefined && ENCODING.has(sqlstate);
}

/**
 * Which database is to blame for text that could not be converted, and the first row and column that have it: the
 * servers name at most the bytes. One scan of the table at the source.
 */
export async function explainEncoding(
  links: Links,
  source: TableShape,
  failure: FailureDetail,
): Promise<FailureDetail> {
  const { session } = await links.source();
  const [from, to] = await Promise.all([
    encodingOf(session),
    links.central().then((one) => encodingOf(one.session)),
  ]);
  // Such a database checks nothing: whatever head office refuses was never valid text.
  const unchecked = from === 'SQL_ASCII';
  const ofSource = unchecked || failure.params.side === 'source';
  const test = unchecked ? NOT_UTF8 : containing(failure.message, ofSource ? from : 'UTF8');
  const found = test === null ? null : await findRow(session, source, test).catch(() => null);
  return {
    ...failure,
    code: ofSource ? FailureCode.SourceEncoding : FailureCode.CentralEncoding,
    params: {
      ...failure.params,
      ...(ofSource ? { schema: source.schema } : {}),
      table: source.name,
      encoding: ofSource ? from : to,
      column: found?.column ?? '?',
      key: found?.key ?? '?',
    },
  };
}

async function encodingOf(session: Session): Promise<string> {
  const { rows } = await session.query("SELECT pg_catalog.current_setting('server_encoding') AS encoding");
  return rows[0]?.encoding ?? '';
}

/** SQL that is true for a text that could not be converted. */
type TextTest = (text: string) => string;

/** Well-formed UTF-8 (RFC 3629), byte by byte, as a database without an encoding matches it. */
const UTF8 = [
  '[\\x01-\\x7f]',
  '[\\xc2-\\xdf][\\x80-\\xbf]',
  '\\xe0[\\xa0-\\xbf][\\x80-\\xbf]',
  '[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}',
  '\\xed[\\x80-\\x9f][\\x80-\\xbf]',
  '\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}',
  '[\\xf1-\\xf3][\\x80-\\xbf]{3}',
  '\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}',
].join('|');

const NOT_UTF8: TextTest = (text) => `${text} OPERATOR(pg_catalog.!~) ${literal(`^(?:${UTF8})*$`)}`;

/** The bytes are the same in every language of the message: `0xe2 0x82 0xac`. */
function containing(message: string, encoding: string): TextTest | null {
  const bytes = message.match(/0x[0-9a-f]{2}/gi)?.map((one) => one.slice(2)) ?? [];
  if (bytes.length === 0) return null;
  const character = `pg_catalog.convert_from('\\x${bytes.join('')}'::pg_catalog.bytea, ${literal(encoding)})`;
  return (text) => `pg_catalog.strpos(${text}, ${character}) OPERATOR(pg_catalog.>) 0`;
}

/** Types whose text is ASCII whatever the value. */
const ASCII_ONLY =
  /^(?:smallint|integer|bigint|numeric|real|double precision|boolean|date|time|interval|uuid|oid|bytea|inet|cidr|macaddr)/;

async function findRow(
  session: Session,
  source: TableShape,
  test: TextTest,
): Promise<{ readonly column: string; readonly key: string } | null> {
  const columns = source.columns.filter((one) => !ASCII_ONLY.test(plainType(one)));
  if (columns.length === 0) return null;
  const bad = columns.map((one) => `(${test(textOf(one.name))})`);
  const which = bad.map((one, index) => `WHEN ${one} THEN ${index}`).join(' ');
  const key = source.key ?? [];
  const shown = key.map((one, index) => `, ${textOf(one)} AS k${index}`).join('');
  const { rows } = await session.query(
    `SELECT CASE ${which} END AS number${shown} FROM ${rowsOf(source)} t WHERE ${bad.join(' OR ')} LIMIT 1`,
    [],
    session.workMs,
  );
  const [row] = rows;
  const column: ColumnShape | undefined = columns[Number(row?.number)];
  if (row === undefined || column === undefined) return null;
  const values = key.map((one, index) => `${one} = ${row[`k${index}`] ?? ''}`);
  return { column: column.name, key: values.join(', ') || '?' };
}

function textOf(column: string): string {
  return `t.${ident(column)}::pg_catalog.text`;
}
