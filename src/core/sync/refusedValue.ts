import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import { type ColumnShape, column, type TableShape } from '../catalogue/shape.ts';
import { columnRecoding, writtenColumn } from '../catalogue/texts.ts';
import { ident } from '../postgres/quote.ts';
import { storedText } from '../postgres/recoding.ts';
import { copyContext } from '../postgres/serverMessage.ts';
import { findRow } from './findRow.ts';
import type { Links } from './pass.ts';

/** A value that head office's server would not read. */
export interface RefusedValue {
  readonly column: string;
  /** As it was sent; null where it travelled in binary, of which the server shows nothing. */
  readonly text: string | null;
  /** Whether `text` is only its beginning. */
  readonly cut: boolean;
}

/** The server shows so many bytes of a value, and then three points. */
const SHOWN_BYTES = 97;

/**
 * The value that an error of a COPY is about. The server names the column and shows the value beside its message, in
 * a line that failures leave out (values of an ERP are not for logs): only the error itself has it.
 */
export function refusedValue(error: unknown, columns: readonly string[]): RefusedValue | null {
  const context = copyContext(error);
  if (context === null) return null;
  const places = columns.flatMap((name) => {
    const at = context.indexOf(` ${name}: `);
    return at >= 0 ? [{ name, at }] : context.endsWith(` ${name}`) ? [{ name, at: context.length }] : [];
  });
  // What looks like a name later on stands in the value.
  const [first] = places.sort((a, b) => a.at - b.at || b.name.length - a.name.length);
  if (first === undefined) return null;
  const { name, at } = first;
  if (at === context.length) return { column: name, text: null, cut: false };
  // In quotation marks of the server's language.
  const text = context.slice(at + name.length + 3).replaceAll(/^["»«„“‚']\u00a0?|\u00a0?["»«“”']$/g, '');
  const cut = text.endsWith('...') && Buffer.byteLength(text) >= SHOWN_BYTES;
  return { column: name, text: cut ? text.slice(0, -3) : text, cut };
}

/** Names the first row at the source that has a refused value. */
export async function explainRefused(
  links: Links,
  source: TableShape,
  failure: FailureDetail,
  refused: RefusedValue,
): Promise<FailureDetail> {
  const { session } = await links.source();
  const condition = hasValue(source, column(source, refused.column), refused);
  const tests = condition === null ? [] : [{ column: refused.column, condition }];
  const found = await findRow(session, source, tests).catch(() => null);
  return {
    ...failure,
    code: FailureCode.ValueRefused,
    params: { ...failure.params, column: refused.column, key: found?.key ?? '?' },
  };
}

/** SQL that is true for rows with the value; null where it is not known. */
function hasValue({ recoding }: TableShape, one: ColumnShape, { text, cut }: RefusedValue): string | null {
  if (text === null) return null;
  const written = writtenColumn(`t.${ident(one.name)}`, one);
  const known = storedText(text, columnRecoding(one, recoding));
  const compared = cut ? `pg_catalog.left(${written}, pg_catalog.length(${known}))` : written;
  return `${compared} OPERATOR(pg_catalog.=) ${known}`;
}
