import type { Layout } from '../../shared/settings.ts';
import { isMisread, typeFit } from '../catalogue/compat.ts';
import { isLoose, type OrderedColumn, sortsAlike } from '../catalogue/order.ts';
import type { ColumnShape, TableShape } from '../catalogue/shape.ts';
import { columnRecoding } from '../catalogue/texts.ts';
import { canDecode } from '../postgres/keyText.ts';
import { keyCoarser, keyMissing, refuseUntrustedOwner, refuseView, rowsHidden } from './refusals.ts';
import {
  centralKey,
  centralShapeDigest,
  deferrableOver,
  hasUniqueKey,
  indexOver,
  POLICY_PREFIX,
  refuseComputedKey,
  refuseStampTaken,
  refuseUnstamped,
  stampsItself,
  type Target,
  uniqueBesides,
} from './target.ts';

/**
 * Works out how to write a source table's rows to a central table that fits it.
 *
 * @param created whether the table was made just now
 * @throws SyncFailure `central_not_a_table`, `central_table_untrusted`, `central_permission` (policies hide rows), `central_key_missing`, `central_key_generated`, `central_key_coarser`, `central_unstamped`, `stamp_column_taken`
 */
export function describeTarget(
  schema: string,
  layout: Layout,
  source: TableShape,
  central: TableShape,
  created: boolean,
): Target {
  refuseView(central);
  refuseUntrustedOwner(central);
  refuseStampTaken(source, layout);
  refuseUnstamped(source, central, layout);
  if (hidesRows(central, layout)) throw rowsHidden(schema, source.name);
  refuseComputedKey(source, central);
  const unique = centralKey(source, layout);
  if (unique !== null && !hasUniqueKey(central, unique)) throw keyMissing(schema, source.name, unique);
  const pairs = source.columns.flatMap((from) => {
    const to = central.columns.find((one) => one.name === from.name);
    // Central's generated columns take no values.
    return to === undefined || to.generated ? [] : [{ from, to }];
  });
  const first = source.key ?? [];
  const keyed = pairs.filter(({ from }) => first.includes(from.name));
  const found = unique === null ? undefined : indexOver(central, unique);
  const index = first.flatMap((name) => found?.columns.filter((one) => one.name === name) ?? []);
  const ordered = keyed.flatMap(({ from, to }): { from: OrderedColumn; to: OrderedColumn }[] => {
    const ours = source.keyColumns.find(({ name }) => name === from.name);
    const theirs = index.find(({ name }) => name === from.name);
    if (ours === undefined || theirs === undefined) return [];
    return [{ from: { column: from, index: ours }, to: { column: to, index: theirs } }];
  });
  const binary =
    pairs.every(({ from, to }) => typeFit(from, to) === 'same') &&
    !pairs.some(({ from }) => isMisread(from, source.version, central.version)) &&
    !pairs.some(({ from }) => columnRecoding(from, source.recoding) !== null) &&
    keyed.every(({ from }) => canDecode(from.type));
  const coarser = ordered.find(({ from, to }) => from.index.deterministic && !to.index.deterministic);
  if (coarser !== undefined) {
    const { column, index: there } = coarser.to;
    throw keyCoarser(schema, source.name, column.name, there.type);
  }
  const rest = pairs.map(({ from }) => from.name).filter((name) => !first.includes(name));
  return {
    schema,
    name: source.name,
    layout,
    stamped: layout === 'stamp',
    columns: [...first, ...rest],
    key: source.key,
    sourceKey: source.keyColumns,
    centralKey: index,
    keyConstraint: unique !== null && deferrableOver(central, unique) ? (found?.constraint ?? null) : null,
    looseKey: ordered.filter(({ to }) => isLoose(to)).map(({ to }) => to.column.name),
    asText: sentAsText(pairs.map(({ from }) => from)),
    sameOrder: ordered.length === first.length && ordered.every(({ from, to }) => sortsAlike(from, to)),
    format: binary ? 'binary' : 'text',
    alsoUnique: uniqueBesides(central, rest),
    plain: !central.otherConstraints && !central.interferes && (layout !== 'stamp' || stampsItself(central)),
    rereads: central.interferes || central.kind === 'partitioned',
    unlogged: central.unlogged.length > 0,
    partitioned: central.kind === 'partitioned',
    distributed: central.distributed,
    created,
    shapeDigest: centralShapeDigest(source, central),
  };
}

/** See {@link Target.asText}. @param columns of the source */
export function sentAsText(columns: readonly Pick<ColumnShape, 'name' | 'type'>[]): readonly string[] {
  return columns.filter((one) => one.type === 'xml').map((one) => one.name);
}

/** Whether row-level security may hide the branch's rows from our role. Without any policy it hides all rows. */
function hidesRows({ policies }: TableShape, layout: Layout): boolean {
  if (policies === null) return false;
  return layout !== 'stamp' || !policies.length || !policies.every((one) => one.startsWith(POLICY_PREFIX));
}
