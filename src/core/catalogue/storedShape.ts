import { readJson, STORED } from '../postgres/readJson.ts';
import { tableFacts, toShape } from './facts.ts';
import type { FactKind, ShapeMemory } from './memory.ts';
import type { TableShape } from './shape.ts';
import { storedTypes } from './types.ts';

/** A table's shape as the texts that its server sent. {@link storedShape} makes the shape of them again. */
export interface ShapeTexts {
  readonly facts: string;
  /** The user-defined types of its columns; null where it has none. */
  readonly types: string | null;
}

/** Takes down the texts of the one table that is read with it. */
export class TextMemory implements ShapeMemory {
  readonly #texts = new Map<FactKind, string>();

  recall(): ReadonlyMap<string, string> {
    return new Map();
  }

  keep(kind: FactKind, fresh: ReadonlyMap<string, string>): void {
    for (const text of fresh.values()) this.#texts.set(kind, text);
  }

  get texts(): ShapeTexts {
    return { facts: this.#texts.get('table') ?? '', types: this.#texts.get('types') ?? null };
  }
}

/**
 * Makes a table's shape of its texts, which are checked like a server's answer.
 *
 * @throws SyncFailure `catalogue_unreadable`
 */
export function storedShape(
  place: Pick<TableShape, 'schema' | 'name' | 'version' | 'recoding' | 'bytes' | 'estimatedRows'>,
  { facts, types }: ShapeTexts,
): TableShape {
  const { schema, name, version, recoding, bytes, estimatedRows } = place;
  const size = { bytes, estimatedRows };
  const checked = readJson(STORED, tableFacts, facts, `facts of ${name}`);
  return toShape(schema, name, checked, size, storedTypes(types), { version, recoding });
}
