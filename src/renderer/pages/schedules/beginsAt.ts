const MINUTE_MS = 60_000;

/**
 * When a planned run begins, to the minute: its seconds are this installation's share of the jitter, and mean nothing
 * to a person.
 *
 * @param planned ISO 8601
 * @param lateSeconds that share
 */
export function beginsAt(planned: string, lateSeconds: number): string {
  const time = Date.parse(planned) + lateSeconds * 1000;
  return new Date(Math.floor(time / MINUTE_MS) * MINUTE_MS).toISOString();
}
