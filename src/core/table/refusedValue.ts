import { FailureCode, type FailureDetail } from '../../shared/errors.ts';
import type { TableShape } from '../catalogue/shape.ts';
import type { Links } from '../load/pass.ts';
import { encodingOf } from '../postgres/encodingOf.ts';
import { copyContext } from '../postgres/serverMessage.ts';
import type { RefusedValue } from '../source/port.ts';

/** The server shows this many bytes of a value, followed by `...`. */
const SHOWN_BYTES = 97;

/**
 * The refused value that a COPY's error is about. The column and the value are in the error's context line. Only the
 * original error has it: failures leave it out, because values of an ERP do not belong in logs.
 */
export function refusedValue(error: unknown, columns: readonly string[]): RefusedValue | null {
  const context = copyContext(error);
  if (context === null) return null;
  const places = columns.flatMap((name) => {
    const at = context.indexOf(` ${name}: `);
    return at >= 0 ? [{ name, at }] : context.endsWith(` ${name}`) ? [{ name, at: context.length }] : [];
  });
  // The first match is the column; a later one is part of the value.
  const [first] = places.sort((a, b) => a.at - b.at || b.name.length - a.name.length);
  if (first === undefined) return null;
  const { name, at } = first;
  if (at === context.length) return { column: name, text: null, cut: false };
  // The server puts the value in the quotation marks of its language.
  const text = context.slice(at + name.length + 3).replaceAll(/^["»«„“‚']\u00a0?|\u00a0?["»«“”']$/g, '');
  const cut = text.endsWith('...') && Buffer.byteLength(text) >= SHOWN_BYTES;
  return { column: name, text: cut ? text.slice(0, -3) : text, cut };
}

/** Adds the key of the first source row that has the refused value. */
export async function explainRefused(
  links: Links,
  source: TableShape,
  failure: FailureDetail,
  refused: RefusedValue,
): Promise<FailureDetail> {
  const key = await (await links.source()).keyOfValue(source, refused);
  return {
    ...failure,
    code: FailureCode.ValueRefused,
    params: { ...failure.params, column: refused.column, key: key ?? '?' },
  };
}

/** SQLSTATEs character_not_in_repertoire and untranslatable_character. */
const ENCODING = new Set(['22021', '22P05']);

export function isEncodingFailure({ sqlstate }: FailureDetail): boolean {
  return sqlstate !== undefined && ENCODING.has(sqlstate);
}

/** Finds the database, the row and the column with a text that could not be converted. */
export async function explainEncoding(
  links: Links,
  source: TableShape,
  failure: FailureDetail,
): Promise<FailureDetail> {
  const [from, to] = await Promise.all([links.source(), links.central()]);
  return from.explainEncoding(source, failure, await encodingOf(to.session));
}
