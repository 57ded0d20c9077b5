import type { EngineEvent } from '../../shared/contract.ts';
import { visibleJson } from '../../shared/visible.ts';

/** One progress line a second and table tells a program enough. */
const PROGRESS_MS = 1000;

/** Events as NDJSON: one object a line, as the contract has them. */
export class EventStream {
  readonly #write: (line: string) => unknown;
  readonly #lastProgress = new Map<string, number>();

  constructor(write: (line: string) => unknown) {
    this.#write = write;
  }

  take(event: EngineEvent): void {
    if (event.type === 'table_progress' && !this.#isDue(`${event.connection}\0${event.table}`)) return;
    this.#write(`${visibleJson(event)}\n`);
  }

  #isDue(table: string): boolean {
    const now = performance.now();
    const last = this.#lastProgress.get(table);
    if (last !== undefined && now - last < PROGRESS_MS) return false;
    this.#lastProgress.set(table, now);
    return true;
  }
}
