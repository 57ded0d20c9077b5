import { isBlocked } from './atWork.ts';
import type { Session, SessionOptions } from './session.ts';

/**
 * From a stop to the first look, and between looks, in milliseconds. What ends by itself meanwhile needs no cancel;
 * whoever has pressed Ctrl+C waits no longer than that.
 */
const LOOK_MS = 1000;

/**
 * Cancels what a session's server goes on doing after its run was stopped.
 *
 * At the branch that is any statement: the rows that have come are whole, and what was to come is read again. At head
 * office a chunk under way is finished, so only a statement that waits for somebody else's lock is cancelled.
 */
export function cancelOnStop(session: Session, options: SessionOptions): void {
  const { stop } = options;
  if (stop === undefined) return;
  const look = async (): Promise<void> => {
    if (!session.working) return;
    if (session.side === 'source' || (await isBlocked(options, session.backendPid).catch(() => false)))
      await session.cancel();
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
