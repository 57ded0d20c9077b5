import type { Layout } from '../../shared/settings.ts';
import { typeFit } from '../catalogue/compat.ts';
import type { ColumnShape, TableShape } from '../catalogue/shape.ts';
import { canDecode } from '../postgres/keyText.ts';
import { keyMissing } from './refusals.ts';
import {
  centralKey,
  centralPrint,
  hasUniqueKey,
  stampsItself,
  type Target,
  uniqueBesides,
} from './target.ts';

/**
 * Puts together how rows go from a source table into a central one that fits it.
 *
 * @param created whether the table was made just now
 * @throws SyncFailure `central_key_missing`
 */
export function describeTarget(
  schema: string,
  layout: Layout,
  source: TableShape,
  central: TableShape,
  created: boolean,
): Target {
  const unique = centralKey(source, layout);
  if (unique !== null && !hasUniqueKey(central, unique)) throw keyMissing(schema, source.name, unique);
  const pairs = source.columns.flatMap((from) => {
    const to = central.columns.find((one) => one.name === from.name);
    // What central computes itself takes no values.
    return to === undefined || to.generated ? [] : [{ from, to }];
  });
  const first = source.key ?? [];
  const keyed = pairs.filter(({ from }) => first.includes(from.name));
  const binary =
    pairs.every(({ from, to }) => typeFit(from, to) === 'same') &&
    keyed.every(({ from }) => canDecode(from.type));
  const rest = pairs.map(({ from }) => from.name).filter((name) => !first.includes(name));
  return {
    schema,
    name: source.name,
    layout,
    stamped: layout === 'stamp',
    columns: [...first, ...rest],
    key: source.key,
    asText: pairs.filter(({ from }) => from.type === 'xml').map(({ from }) => from.name),
    sameOrder: keyed.length === first.length && keyed.every(({ from, to }) => sortsAlike(from, to)),
    format: binary ? 'binary' : 'text',
    alsoUnique: uniqueBesides(central, rest),
    plain: !central.otherConstraints && (layout !== 'stamp' || stampsItself(central)),
    partitioned: central.kind === 'partitioned',
    created,
    print: centralPrint(source, central),
  };
}

function sortsAlike(source: ColumnShape, central: ColumnShape): boolean {
  return source.own === null && central.own === null && !source.collated && !central.collated;
}
