import { type ColumnShape, column, type TableShape } from '../catalogue/shape.ts';
import { columnRecoding } from '../catalogue/texts.ts';
import { ident } from '../postgres/quote.ts';
import { utf8Bytes } from '../postgres/recoding.ts';
import type { Session } from '../postgres/session.ts';
import { rowsOf } from '../source/snapshot.ts';

/** A row of the source by its key, and the column that is meant. */
export interface FoundRow {
  readonly column: string;
  /** `code = A, line = 7`; `?` where rows have no key. */
  readonly key: string;
}

/** SQL of the bytes in UTF-8 that show a key column's text. */
export type KeyText = (text: string, column: ColumnShape) => string;

/** What is looked for: SQL that is true for a row `t` whose value in a column is meant. */
export interface ColumnTest {
  readonly column: string;
  readonly condition: string;
}

/**
 * The first row of a table at the source that one of the conditions holds for: one scan.
 *
 * @param keyText how its key is shown
 */
export async function findRow(
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
export function textOf(name: string): string {
  return `t.${ident(name)}::pg_catalog.text`;
}
