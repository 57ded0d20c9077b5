import type { EngineEvent, TableRef } from '../../shared/contract.ts';
import { formatCount } from '../../shared/format.ts';
import { renderEvent } from '../render/eventLine.ts';
import type { Look } from '../render/look.ts';
import { isUnchanged, sumsUp } from './unchanged.ts';

/** A table that has been at work for so long is named, before it has ended. */
const NAMED_AFTER_MS = 2000;

/**
 * The lines of a run in a pipe. In a large batch a table has a line only where it moved rows, failed, was tried
 * again or took long; all others are one line at the end.
 */
export class PlainLines {
  readonly #look: Look;
  readonly #verbose: boolean;
  readonly #now: () => number;
  /** Of tables that have begun and are not named yet: their line, and since when they are at work. */
  readonly #begun = new Map<string, { readonly line: string; readonly at: number }>();
  readonly #named = new Set<string>();
  #isLarge = false;
  #unchanged = 0;

  constructor(look: Look, verbose: boolean, now: () => number = () => performance.now()) {
    this.#look = look;
    this.#verbose = verbose;
    this.#now = now;
  }

  /** @returns the lines to write now */
  take(event: EngineEvent): readonly string[] {
    const line = renderEvent(event, this.#look);
    const lines = line === null ? [] : [line];
    if (event.type === 'batch_started' || event.type === 'batch_resumed')
      this.#isLarge = !this.#verbose && sumsUp(event.batch.total_tables);
    if (!this.#isLarge) return lines;
    switch (event.type) {
      case 'table_started':
        if (line !== null) this.#begun.set(keyOf(event), { line, at: this.#now() });
        return [];
      case 'table_progress':
        return this.#nameLongOne(event);
      case 'table_retrying':
      case 'table_resumed':
        this.#begun.delete(keyOf(event));
        this.#named.add(keyOf(event));
        return lines;
      case 'table_ended': {
        this.#begun.delete(keyOf(event));
        if (this.#named.delete(keyOf(event)) || !isUnchanged(event.outcome)) return lines;
        this.#unchanged += 1;
        return [];
      }
      case 'batch_ended':
        return [...this.#sum(), ...lines];
      default:
        return lines;
    }
  }

  #nameLongOne(event: TableRef): readonly string[] {
    const begun = this.#begun.get(keyOf(event));
    if (begun === undefined || this.#now() - begun.at < NAMED_AFTER_MS) return [];
    this.#begun.delete(keyOf(event));
    this.#named.add(keyOf(event));
    return [begun.line];
  }

  #sum(): readonly string[] {
    const count = this.#unchanged;
    const { t } = this.#look;
    return count === 0
      ? []
      : [t('cli.progress.unchanged', { count, tables: formatCount(count, t.language) })];
  }
}

/** Table names may hold any character but NUL. */
function keyOf({ connection, table }: TableRef): string {
  return `${connection}\0${table}`;
}
