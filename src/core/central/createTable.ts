import type { Layout } from '../../shared/settings.ts';
import type { TableShape } from '../catalogue/shape.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { OwnTypes } from './ownTypes.ts';
import { stampColumnTaken, tooManyColumns } from './refusals.ts';
import { centralKey, STAMP, STAMP_DEFAULT } from './target.ts';

/** MaxHeapAttributeNumber: more columns no table can have. */
const MOST_COLUMNS = 1600;

/**
 * SQL that makes the central table of a source table: its columns and its key. A column that the source
 * computes is an ordinary one here, since its values are copied like any other's.
 *
 * @throws SyncFailure `stamp_column_taken` where the source has a column of the stamp's name,
 *   `too_many_columns` where the stamp would be one column too many
 */
export function createTable(
  schema: string,
  source: TableShape,
  layout: Layout,
  types: OwnTypes,
): readonly string[] {
  const stamped = layout === 'stamp';
  if (stamped && source.columns.some((one) => one.name === STAMP)) {
    throw stampColumnTaken(source.name, STAMP);
  }
  if (stamped && source.columns.length >= MOST_COLUMNS) throw tooManyColumns(source.name, MOST_COLUMNS);
  const key = source.key ?? [];
  const columns = source.columns.map((one) => {
    // Branches differ: in a table that they share only the key is NOT NULL.
    const notNull = key.includes(one.name) || (layout === 'schema' && one.notNull);
    return `${ident(one.name)} ${types.typeFor(one)}${notNull ? ' NOT NULL' : ''}`;
  });
  if (stamped)
    columns.unshift(
      `${ident(STAMP)} pg_catalog.text COLLATE pg_catalog."C" NOT NULL DEFAULT ${STAMP_DEFAULT}`,
    );
  const unique = centralKey(source, layout);
  if (unique !== null) columns.push(`PRIMARY KEY (${unique.map(ident).join(', ')})`);
  return [...types.statements, `CREATE TABLE ${qualified(schema, source.name)} (${columns.join(', ')})`];
}
