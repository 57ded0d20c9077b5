import type { FactKind } from '../catalogue/memory.ts';
import type { ReadableStore, WritableStore } from './store.ts';

/** The schema that facts were read from: one of a branch's database, or the schema of central with its tables. */
export interface ShapePlace {
  readonly side: 'source' | 'central';
  readonly connection: string;
  readonly schema: string;
}

/** What earlier runs read of the catalogues: see {@link ShapeMemory}. */
export interface ShapeReads {
  /** Facts by name. */
  shapeFacts(place: ShapePlace, kind: FactKind): ReadonlyMap<string, string>;
}

export interface ShapeWrites {
  keepShapeFacts(
    place: ShapePlace,
    kind: FactKind,
    fresh: ReadonlyMap<string, string>,
    gone: readonly string[],
  ): void;
}

const OF_PLACE = 'side = @side AND connection = @connection AND schema_name = @schema AND kind = @kind';

export function createShapeReads(store: ReadableStore): ShapeReads {
  return {
    shapeFacts(place, kind) {
      const rows = store.all<{ name: string; facts: string }>(
        `SELECT name, facts FROM shape_cache WHERE ${OF_PLACE}`,
        { ...place, kind },
      );
      return new Map(rows.map(({ name, facts }) => [name, facts]));
    },
  };
}

export function createShapeWrites(store: WritableStore): ShapeWrites {
  return {
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
