import type pg from 'pg';
import type { CancelKey } from './cancel.ts';

/** What node-pg keeps to itself of a client's connection. */

/** Process id of the server's backend; null if the server (or a pooler) did not report one. */
export function backendPidOf(client: pg.Client): number | null {
  const pid: unknown = Reflect.get(client, 'processID');
  return typeof pid === 'number' ? pid : null;
}

/** By which the server identifies the session; null if it did not report it. */
export function cancelKeyOf(client: pg.Client): CancelKey | null {
  const [pid, secret]: unknown[] = [backendPidOf(client), Reflect.get(client, 'secretKey')];
  return typeof pid === 'number' && typeof secret === 'number' ? { pid, secret } : null;
}

/** Whether an answer to what was sent is still to come. */
export function awaitsAnswer(client: pg.Client): boolean {
  return Reflect.get(client, 'readyForQuery') === false;
}
