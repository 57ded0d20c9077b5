import { textOf, type WireMessage } from '../support/proxyFraming.ts';
import type { LinkObserver } from '../support/proxyLink.ts';

/** What became of the chunks that were sent to central. Only those with rows count. */
export interface ChunkCounts {
  readonly committed: number;
  /** The COPY began, and its transaction did not commit: its rows were sent again. */
  readonly brokenOff: number;
  /** The COMMIT went out, and no answer came back. */
  readonly outcomeUnknown: number;
  /** Of those, chunks whose number was given to a later one: they had not been committed. */
  readonly unknownSentAgain: number;
  /** Committed, and taken back by the death of the server: chunks do not wait for its disk. */
  readonly lostWithServer: number;
}

/** How a chunk stands, by its table's sequence number. */
type Fate = 'committed' | 'unknown';

/** Older ones than so many cannot come back: no server keeps so many commits from its disk. */
const REMEMBERED = 1000;

const COPY_ROWS = /^COPY [^;]* FROM STDIN[^;]*$/;
const COMMIT_CHUNK = /SET seq = (\d+),.* table_name OPERATOR\(pg_catalog\.=\) '([^']+)'\s+AND epoch /s;

/**
 * Reads along what is sent to central: COPY, rows, checkpoint with its sequence number, COMMIT. A number that
 * is used again tells that the chunk which had it before is not there any more.
 */
export class ChunkCounter {
  readonly #fates = new Map<string, Map<number, Fate>>();
  readonly #counts = {
    committed: 0,
    brokenOff: 0,
    outcomeUnknown: 0,
    unknownSentAgain: 0,
    lostWithServer: 0,
  };

  get counts(): ChunkCounts {
    return { ...this.#counts };
  }

  /** An observer of one connection. */
  observe(): LinkObserver {
    let rows = 0;
    let copies = false;
    let failed = false;
    let committing: { readonly table: string; readonly seq: number } | null = null;

    const end = (fate: Fate | 'broken'): void => {
      if (rows > 0) this.#take(fate, committing);
      rows = 0;
      copies = false;
      failed = false;
      committing = null;
    };
    return {
      passed: (message) => {
        const { from, type } = message;
        if (from === 'client' && type === 'd') rows += copies ? 1 : 0;
        else if (from === 'client' && type === 'P') {
          const text = textOf(message);
          // Several COPYs may be one chunk: rows into the table, strays beside it.
          copies = COPY_ROWS.test(text);
          const commit = commitOf(text);
          if (commit !== null) this.#begin(commit);
          committing = commit ?? committing;
        } else if (from === 'server' && type === 'E') failed = true;
        else if (isReady(message)) {
          if (failed) end('broken');
          else if (committing !== null) end('committed');
        }
      },
      ended: () => end(committing === null || failed ? 'broken' : 'unknown'),
    };
  }

  #take(fate: Fate | 'broken', commit: { readonly table: string; readonly seq: number } | null): void {
    if (fate === 'broken' || commit === null) {
      this.#counts.brokenOff++;
      return;
    }
    this.#counts[fate === 'committed' ? 'committed' : 'outcomeUnknown']++;
    this.#of(commit.table).set(commit.seq, fate);
  }

  /** A commit with a number that was used before: what had it, and what came behind, is gone. */
  #begin({ table, seq }: { readonly table: string; readonly seq: number }): void {
    const fates = this.#of(table);
    for (const [number, fate] of fates) {
      if (number >= seq) this.#counts[fate === 'committed' ? 'lostWithServer' : 'unknownSentAgain']++;
      if (number >= seq || number < seq - REMEMBERED) fates.delete(number);
    }
  }

  #of(table: string): Map<number, Fate> {
    const known = this.#fates.get(table) ?? new Map<number, Fate>();
    this.#fates.set(table, known);
    return known;
  }
}

function commitOf(text: string): { readonly table: string; readonly seq: number } | null {
  const found = COMMIT_CHUNK.exec(text);
  return found === null ? null : { seq: Number(found[1]), table: found[2] ?? '' };
}

function isReady({ from, type }: WireMessage): boolean {
  return from === 'server' && type === 'Z';
}
