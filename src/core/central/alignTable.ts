import type { TableShape } from '../catalogue/shape.ts';
import { ident, qualified } from '../postgres/quote.ts';
import type { Change } from './drift.ts';
import { extendType } from './extendType.ts';
import type { OwnTypes } from './ownTypes.ts';

/**
 * SQL that makes changes to a central table. All changes of columns are one ALTER TABLE, which rewrites the
 * table once however many types have become wider.
 */
export function alignTable(
  schema: string,
  source: TableShape,
  changes: readonly Change[],
  types: OwnTypes,
): readonly string[] {
  const extensions: string[] = [];
  const actions = changes.flatMap((change) => {
    if (change.kind !== 'extend') return [action(change, types)];
    extensions.push(...extendType(change.column, change.there, types));
    return [];
  });
  const alter =
    actions.length === 0 ? [] : [`ALTER TABLE ${qualified(schema, source.name)} ${actions.join(', ')}`];
  // Two columns of one type lack the same labels.
  return [...new Set([...types.statements, ...extensions]), ...alter];
}

function action(change: Exclude<Change, { kind: 'extend' }>, types: OwnTypes): string {
  switch (change.kind) {
    case 'add':
      return `ADD COLUMN ${ident(change.column.name)} ${types.typeFor(change.column)}`;
    case 'widen':
      return `ALTER COLUMN ${ident(change.column.name)} TYPE ${types.typeFor(change.column)}`;
    case 'nullable':
      return `ALTER COLUMN ${ident(change.name)} DROP NOT NULL`;
    case 'drop_key':
      return `DROP CONSTRAINT ${ident(change.constraint)}`;
    case 'add_key':
      return `ADD ${change.primary ? 'PRIMARY KEY' : 'UNIQUE'} (${change.columns.map(ident).join(', ')})`;
  }
}
