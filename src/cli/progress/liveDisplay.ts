/** What the display needs from a terminal stream. */
export interface LiveStream {
  write(text: string): unknown;
  readonly rows?: number;
}

/** At most ten redraws per second: more cannot be seen, and would lag on a slow link to the terminal. */
const INTERVAL_MS = 100;

/**
 * Redraws a few lines in place, with notes scrolling by above them.
 *
 * The cursor is not hidden, no terminal mode is set, and after each redraw the cursor stands below the lines.
 * So there is nothing to restore, even if the process is killed.
 */
export class LiveDisplay {
  readonly #stream: LiveStream;
  readonly #render: () => readonly string[];
  #drawn = 0;
  #lastDrawn = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  /** @param render the current lines, none wider than the terminal: a wrapped line could not be redrawn in place */
  constructor(stream: LiveStream, render: () => readonly string[]) {
    this.#stream = stream;
    this.#render = render;
  }

  /** Redraws now, or as soon as the interval since the last redraw is over. */
  update(): void {
    if (this.#timer !== null) return;
    const wait = this.#lastDrawn + INTERVAL_MS - performance.now();
    if (wait <= 0) {
      this.#draw('');
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#draw('');
    }, wait);
    this.#timer.unref();
  }

  /** Prints a line that stays, above the live ones. */
  note(line: string): void {
    this.#draw(`${line}\n`);
  }

  /** Removes the live lines. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stream.write(this.#eraser());
    this.#drawn = 0;
  }

  #draw(above: string): void {
    const room = Math.max(1, (this.#stream.rows ?? 24) - 1);
    const lines = this.#render().slice(-room);
    // A single write, so that no half-drawn state is visible.
    this.#stream.write(`${this.#eraser()}${above}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
    this.#lastDrawn = performance.now();
  }

  /** Moves up to the first live line and clears the rest of the screen. */
  #eraser(): string {
    return this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A\r\x1b[J`;
  }
}
