/** The slice of a terminal stream that the display writes to. */
export interface LiveStream {
  write(text: string): unknown;
  readonly rows?: number;
}

/** At most ten drawings a second: more is not seen, and a slow link to the terminal would lag. */
const INTERVAL_MS = 100;

/**
 * A few lines that are drawn over again in place, with notes scrolling by above them.
 *
 * The cursor is neither hidden nor moved away for long, and no terminal mode is set: after a drawing it
 * stands below the lines. So there is nothing to restore, also where the process is killed.
 */
export class LiveDisplay {
  readonly #stream: LiveStream;
  readonly #render: () => readonly string[];
  #drawn = 0;
  #lastDrawn = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  /** @param render the lines now, none wider than the terminal: a wrapped line could not be drawn over */
  constructor(stream: LiveStream, render: () => readonly string[]) {
    this.#stream = stream;
    this.#render = render;
  }

  /** Draws now, or as soon as the last drawing is old enough. */
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

  /** A line that stays, above the live ones. */
  note(line: string): void {
    this.#draw(`${line}\n`);
  }

  /** Takes the live lines away. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#stream.write(this.#eraser());
    this.#drawn = 0;
  }

  #draw(above: string): void {
    const room = Math.max(1, (this.#stream.rows ?? 24) - 1);
    const lines = this.#render().slice(-room);
    // One write, so that no half-drawn picture is seen.
    this.#stream.write(`${this.#eraser()}${above}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
    this.#lastDrawn = performance.now();
  }

  /** Up to the first live line, then clear to the end of the screen. */
  #eraser(): string {
    return this.#drawn === 0 ? '' : `\x1b[${this.#drawn}A\r\x1b[J`;
  }
}
