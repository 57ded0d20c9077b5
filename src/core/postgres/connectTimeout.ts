import type { Client } from 'pg';

/** Silences in a row after which even a server that sends something now and then is given up. */
const LONGEST = 8;

/**
 * Gives a client up that hears nothing while it signs in. The limit is on silence and not on the whole: signing in
 * takes five round trips and more (TLS, SCRAM), and on a link of 3 s each a limit on the whole would refuse a
 * server that answers every time.
 *
 * @param ms longest silence in milliseconds
 * @returns ends the watch; to be called when the client has connected or failed
 */
export function watchConnecting(client: Client, ms: number): () => void {
  let heard = 0;
  let silences = 0;
  const timer = setInterval(() => {
    const stream: unknown = Reflect.get(client, 'connection')?.stream;
    const bytes = stream instanceof Object && 'bytesRead' in stream ? Number(stream.bytesRead) : 0;
    silences++;
    if (bytes !== heard && silences < LONGEST) {
      heard = bytes;
      return;
    }
    clearInterval(timer);
    // node-pg's own words for it, which failure.ts knows.
    if (stream instanceof Object && 'destroy' in stream && typeof stream.destroy === 'function')
      stream.destroy(new Error('timeout expired'));
  }, ms);
  return () => clearInterval(timer);
}
