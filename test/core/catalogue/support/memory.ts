import type { FactKind, ShapeMemory } from '../../../../src/core/catalogue/memory.ts';

/** A memory that shows what is in it, and counts what it was given. */
export interface OpenMemory extends ShapeMemory {
  readonly texts: Readonly<Record<FactKind, Map<string, string>>>;
  /** Names of what was read whole since this was last emptied. */
  readonly fresh: string[];
}

export function openMemory(): OpenMemory {
  const texts = {
    table: new Map<string, string>(),
    types: new Map<string, string>(),
    rows: new Map<string, string>(),
  };
  const fresh: string[] = [];
  return {
    texts,
    fresh,
    recall: (kind) => texts[kind],
    keep: (kind, added, gone) => {
      for (const name of gone) texts[kind].delete(name);
      for (const [name, text] of added) {
        texts[kind].set(name, text);
        if (kind !== 'rows') fresh.push(kind === 'types' ? 'types' : name);
      }
    },
  };
}
