import type { Session } from './session.ts';

/**
 * Milliseconds from a stop to the first check, and between checks. A statement that ends by itself in this
 * time needs no cancel, and a person who pressed Ctrl+C waits no longer than that.
 */
const LOOK_MS = 1000;

/**
 * Cancels a session's statement after its run was stopped.
 *
 * At the branch any statement is cancelled: received rows are complete, and the rest is read again later. At
 * head office the current chunk is finished, so only a statement that waits for another session's lock is
 * cancelled.
 */
export function cancelOnStop(session: Session, stop: AbortSignal | undefined): void {
  if (stop === undefined) return;
  const look = async (): Promise<void> => {
    if (!session.working) return;
    if (session.side === 'source' || (await session.isBlocked())) await session.cancel();
  };
  let timer: NodeJS.Timeout | null = null;
  let looking = false;
  const begin = (): void => {
    timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void look().finally(() => {
        looking = false;
      });
    }, LOOK_MS);
    timer.unref();
  };
  stop.addEventListener('abort', begin);
  session.onEnd(() => {
    stop.removeEventListener('abort', begin);
    if (timer !== null) clearInterval(timer);
  });
  if (stop.aborted) begin();
}
