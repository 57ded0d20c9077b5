import { visibleLines } from '../../shared/visible.ts';
import type { Hide } from '../postgres/hidePassword.ts';

/** How much of a program's output is kept: its end, where it says why it failed. */
export const OUTPUT_BYTES = 16_384;
/** Kept besides while it runs, so that no secret is cut in two before it is hidden. */
const SPARE_BYTES = 4096;

/** Keeps the end of a program's output, whatever it writes. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #kept = 0;
  #left = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#kept += chunk.length;
    // Joined now and then, so that neither many small chunks nor a long one cost more than they hold.
    if (this.#kept < 4 * (OUTPUT_BYTES + SPARE_BYTES)) return;
    const all = Buffer.concat(this.#chunks);
    const end = Buffer.from(all.subarray(-(OUTPUT_BYTES + SPARE_BYTES)));
    this.#left += all.length - end.length;
    this.#chunks = [end];
    this.#kept = end.length;
  }

  get isEmpty(): boolean {
    return this.#kept === 0;
  }

  /** The end of the output as text, with secrets hidden and then control characters written out. */
  text(hide: Hide): string {
    const all = hide(Buffer.concat(this.#chunks).toString('utf8').replaceAll('\r\n', '\n'));
    const isCut = this.#left > 0 || all.length > OUTPUT_BYTES;
    const end = isCut ? all.slice(-OUTPUT_BYTES) : all;
    // Begins with a whole line, if there is one.
    const line = isCut ? end.indexOf('\n') + 1 : 0;
    const shown = visibleLines(end.slice(line)).trimEnd();
    return isCut ? `…\n${shown}` : shown;
  }
}
