import type { ServerResponse } from 'node:http';
import type { Face } from '../../core/face/face.ts';

/**
 * How often silence is broken, so that both ends notice when the other is gone; tunnels drop what is silent. An event
 * of its own kind, because a page is not told of comments.
 */
const HEARTBEAT_MS = 15_000;

/**
 * A window that has not taken so much of what it was sent is dropped: a laptop that sleeps must not cost this
 * computer its memory. It comes back by itself and asks for how things stand.
 */
const BACKLOG_BYTES = 1024 * 1024;

/**
 * Tells all windows what the face tells, as server-sent events: one JSON object each. While no window is open nobody
 * listens and no timer runs: listening is what makes the face look once a second at what other processes do.
 */
export class EventStreams implements Disposable {
  readonly #open = new Set<ServerResponse>();
  readonly #face: Pick<Face, 'on'>;
  /** Null while no window is open. */
  #stopListening: (() => void) | null = null;

  constructor(face: Pick<Face, 'on'>) {
    this.#face = face;
  }

  /** Takes over an answer whose headers are set. */
  add(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    // The first bytes tell the window that it is connected.
    response.write(': connected\n\n');
    this.#open.add(response);
    this.#stopListening ??= this.#listen();
    response.on('close', () => {
      this.#open.delete(response);
      if (this.#open.size === 0) this.#stop();
    });
  }

  [Symbol.dispose](): void {
    this.#stop();
    for (const response of this.#open) response.end();
  }

  #listen(): () => void {
    const off = this.#face.on((event) => this.#send(`data: ${JSON.stringify(event)}\n\n`));
    const heartbeat = setInterval(() => this.#send('event: alive\ndata: 1\n\n'), HEARTBEAT_MS);
    heartbeat.unref();
    return () => {
      off();
      clearInterval(heartbeat);
    };
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
  }

  #send(text: string): void {
    for (const response of this.#open) {
      if (response.writableLength > BACKLOG_BYTES) response.destroy();
      else response.write(text);
    }
  }
}
