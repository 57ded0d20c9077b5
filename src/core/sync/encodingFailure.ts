import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { columnRecoding, holdsText } from '../catalogue/texts.ts';
import { literal } from '../postgres/quote.ts';
import { type Recoding, storedText, UNDECLARED, utf8Bytes } from '../postgres/recoding.ts';
import type { Session } from '../postgres/session.ts';
import { type FoundRow, findRow, type KeyText, textOf } from './findRow.ts';
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
  const { recoding } = source;
  const real = recoding?.real ?? from;
  // Such a database checks nothing: whatever head office refuses was never valid text.
  const unchecked = from === UNDECLARED && recoding === null;
  const ofSource = unchecked || failure.params.side === 'source';
  const notUtf8 = unchecked || (recoding !== null && real === 'UTF8');
  const character = ofSource ? rawBytes(failure.message, from) : character8(failure.message, recoding);
  const test = ofSource && notUtf8 ? NOT_UTF8 : containing(character);
  const found = test === null ? null : await findText(session, source, test, from);
  return {
    ...failure,
    code: ofSource ? FailureCode.SourceEncoding : FailureCode.CentralEncoding,
    params: {
      ...failure.params,
      ...(ofSource ? { schema: source.schema } : {}),
      table: source.name,
      encoding: ofSource ? real : to,
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

/** The bytes that a server names; they are the same in every language of its message: `0xe2 0x82 0xac`. */
function bytesIn(message: string): string {
  return (message.match(/0x[0-9a-f]{2}/gi) ?? []).map((one) => one.slice(2)).join('');
}

/** SQL of the bytes that could not be converted, as the source has them; null where the message has none. */
function rawBytes(message: string, encoding: string): string | null {
  const bytes = bytesIn(message);
  if (bytes === '') return null;
  return `pg_catalog.convert_from('\\x${bytes}'::pg_catalog.bytea, ${literal(encoding)})`;
}

/** SQL of the character of UTF-8 that head office lacks, as the source has it. */
function character8(message: string, recoding: Recoding | null): string | null {
  return recoding === null
    ? rawBytes(message, 'UTF8')
    : storedText(Buffer.from(bytesIn(message), 'hex').toString('utf8'), recoding);
}

function containing(character: string | null): TextTest | null {
  if (character === null) return null;
  return (text) => `pg_catalog.strpos(${text}, ${character}) OPERATOR(pg_catalog.>) 0`;
}

/** The first row that has such a text. A key that cannot be shown either is shown with its bytes as `\\351`. */
async function findText(
  session: Session,
  source: TableShape,
  test: TextTest,
  declared: string,
): Promise<FoundRow | null> {
  const columns = source.columns.filter(holdsText);
  const tests = columns.map((one) => ({ column: one.name, condition: test(textOf(one.name)) }));
  const escaped: KeyText = (text) => {
    const bytes = `pg_catalog.encode(pg_catalog.convert_to(${text}, ${literal(declared)}), 'escape')`;
    return utf8Bytes(bytes, null);
  };
  const readable: KeyText = (text, one) => {
    const readAs = utf8Bytes(text, columnRecoding(one, source.recoding));
    return `CASE WHEN ${test(text)} THEN ${escaped(text, one)} ELSE ${readAs} END`;
  };
  const first = await findRow(session, source, tests, readable).catch(() => undefined);
  return first === undefined ? findRow(session, source, tests, escaped).catch(() => null) : first;
}
