import { FailureCode, type FailureDetail } from '../../../shared/errors.ts';
import { type ColumnShape, column, type TableShape } from '../../catalogue/shape.ts';
import { columnRecoding, holdsText, writtenColumn } from '../../catalogue/texts.ts';
import { encodingOf } from '../../postgres/encodingOf.ts';
import { ident, literal } from '../../postgres/quote.ts';
import { type Recoding, storedText, UNDECLARED, utf8Bytes } from '../../postgres/recoding.ts';
import type { Session } from '../../postgres/session.ts';
import type { RefusedValue } from '../port.ts';
import { rowsOf } from './rows.ts';

/** The key of the first row with a value that central refused; null where it is not found. */
export async function keyOfValue(
  session: Session,
  source: TableShape,
  refused: RefusedValue,
): Promise<string | null> {
  const condition = hasValue(source, column(source, refused.column), refused);
  const tests = condition === null ? [] : [{ column: refused.column, condition }];
  return (await findRow(session, source, tests).catch(() => null))?.key ?? null;
}

/** SQL condition for rows with the value; null where the value is not known. */
function hasValue({ recoding }: TableShape, one: ColumnShape, { text, cut }: RefusedValue): string | null {
  if (text === null) return null;
  const written = writtenColumn(`t.${ident(one.name)}`, one);
  const known = storedText(text, columnRecoding(one, recoding));
  const compared = cut ? `pg_catalog.left(${written}, pg_catalog.length(${known}))` : written;
  return `${compared} OPERATOR(pg_catalog.=) ${known}`;
}

/**
 * Finds which database caused text that could not be converted, and the first row and column that have it. PostgreSQL's
 * error names at most the bytes. Costs one scan of the table at the source.
 *
 * @param to encoding of central's database
 */
export async function explainEncoding(
  session: Session,
  source: TableShape,
  failure: FailureDetail,
  to: string,
): Promise<FailureDetail> {
  const from = await encodingOf(session);
  const { recoding } = source;
  const real = recoding?.real ?? from;
  // A database with encoding SQL_ASCII checks nothing: what head office refuses was never valid text.
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

/** SQL condition for text that could not be converted. */
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

/** The bytes named in a server's message, in whatever language: `0xe2 0x82 0xac`. */
function bytesIn(message: string): string {
  return (message.match(/0x[0-9a-f]{2}/gi) ?? []).map((one) => one.slice(2)).join('');
}

/** SQL of the text with the bytes that could not be converted; null where the message names none. */
function rawBytes(message: string, encoding: string): string | null {
  const bytes = bytesIn(message);
  if (bytes === '') return null;
  return `pg_catalog.convert_from('\\x${bytes}'::pg_catalog.bytea, ${literal(encoding)})`;
}

/** SQL of the character that head office's encoding lacks, in the source's encoding. */
function character8(message: string, recoding: Recoding | null): string | null {
  return recoding === null
    ? rawBytes(message, 'UTF8')
    : storedText(Buffer.from(bytesIn(message), 'hex').toString('utf8'), recoding);
}

function containing(character: string | null): TextTest | null {
  if (character === null) return null;
  return (text) => `pg_catalog.strpos(${text}, ${character}) OPERATOR(pg_catalog.>) 0`;
}

/** The first row with such a text. A key that cannot be converted either is shown with escaped bytes, as `\\351`. */
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

/** A row of the source, by its key, and the column with the text. */
interface FoundRow {
  readonly column: string;
  /** `code = A, line = 7`; `?` where rows have no key. */
  readonly key: string;
}

/** Makes SQL of a key column's text as UTF-8 bytes. */
type KeyText = (text: string, column: ColumnShape) => string;

/** A condition (SQL on the row `t`) and the column that it is about. */
interface ColumnTest {
  readonly column: string;
  readonly condition: string;
}

/**
 * Finds the first row of a source table for which one of the conditions is true. Costs one scan.
 *
 * @param keyText how to show the row's key
 */
async function findRow(
  session: Session,
  source: TableShape,
  tests: readonly ColumnTest[],
  keyText: KeyText = (text, one) => utf8Bytes(text, columnRecoding(one, source.recoding)),
): Promise<FoundRow | null> {
  if (tests.length === 0) return null;
  const which = tests.map(({ condition }, index) => `WHEN ${condition} THEN ${index}`).join(' ');
  const key = (source.key ?? []).map((one) => column(source, one));
  const texts = key.map(
    (one, index) => `, pg_catalog.encode(${keyText(textOf(one.name), one)}, 'hex') AS k${index}`,
  );
  const { rows } = await session.query(
    `SELECT CASE ${which} END AS number${texts.join('')} FROM ${rowsOf(source)} t
     WHERE ${tests.map(({ condition }) => `(${condition})`).join(' OR ')} LIMIT 1`,
    [],
    session.workMs,
  );
  const [row] = rows;
  const found = tests[Number(row?.number)];
  if (row === undefined || found === undefined) return null;
  const values = key.map(
    (one, index) => `${one.name} = ${Buffer.from(row[`k${index}`] ?? '', 'hex').toString('utf8')}`,
  );
  return { column: found.column, key: values.join(', ') || '?' };
}

/** SQL of a column of the row `t` as text. */
function textOf(name: string): string {
  return `t.${ident(name)}::pg_catalog.text`;
}
