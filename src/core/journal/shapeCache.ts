import type { FactKind } from '../catalogue/memory.ts';
import type { Store } from './store.ts';

/** Where facts were read: a schema of a branch's database, or that of central's which holds its tables. */
export interface ShapePlace {
  readonly side: 'source' | 'central';
  readonly connection: string;
  readonly schema: string;
}

/** What was read of the catalogues before: see {@link ShapeMemory}. */
export interface ShapeCache {
  /** Facts by name. */
  shapeFacts(place: ShapePlace, kind: FactKind): ReadonlyMap<string, string>;
  keepShapeFacts(
    place: ShapePlace,
    kind: FactKind,
    fresh: ReadonlyMap<string, string>,
    gone: readonly string[],
  ): void;
}

const OF_PLACE = 'side = @side AND connection = @connection AND schema_name = @schema AND kind = @kind';

export function createShapeCache(store: Store): ShapeCache {
  return {
    shapeFacts(place, kind) {
      const rows = store.all<{ name: string; facts: string }>(
        `SELECT name, facts FROM shape_cache WHERE ${OF_PLACE}`,
        { ...place, kind },
      );
      return new Map(rows.map(({ name, facts }) => [name, facts]));
    },
    keepShapeFacts(place, kind, fresh, gone) {
      store.write(() => {
        for (const name of gone)
          store.run(`DELETE FROM shape_cache WHERE ${OF_PLACE} AND name = @name`, { ...place, kind, name });
        for (const [name, facts] of fresh) {
          store.run(
            `INSERT INTO shape_cache (side, connection, schema_name, kind, name, facts)
             VALUES (@side, @connection, @schema, @kind, @name, @facts)
             ON CONFLICT (side, connection, schema_name, kind, name) DO UPDATE SET facts = excluded.facts`,
            { ...place, kind, name, facts },
          );
        }
      });
    },
  };
}
