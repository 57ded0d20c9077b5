import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../core/ports.ts';
import { errorFacts } from '../../core/unexpected.ts';

/**
 * How long a stop may take. A chunk takes ten seconds by default; a link that hangs must not block the
 * computer's shutdown.
 */
const PATIENCE_MS = 60_000;

/** How long an immediate stop may take; then the program ends regardless. */
const HALT_MS = 10_000;

export interface Ending {
  /** Stops the service at the next chunk border, or immediately when `now` is aborted. */
  stop(now: AbortSignal): Promise<void>;
  /** Removes the window and the tray icon. */
  clear(): void;
  exit(): void;
  readonly logger: Logger;
}

/** Ends the program even if stopping fails, so that nobody needs a task manager. */
export async function endProgram(
  { stop, clear, exit, logger }: Ending,
  patienceMs = PATIENCE_MS,
  haltMs = HALT_MS,
): Promise<void> {
  const failed = (what: string) => (error: unknown) => logger.log('error', what, errorFacts(error));
  const over = new AbortController();
  const late = sleep(patienceMs + haltMs, 'late' as const, { signal: over.signal, ref: false }).catch(
    () => {},
  );
  try {
    const stopped = stop(AbortSignal.timeout(patienceMs)).catch(
      failed('The service could not be stopped in order'),
    );
    const first = await Promise.race([stopped, late]);
    if (first === 'late')
      logger.log('error', 'The service did not stop in time', { ms: patienceMs + haltMs });
    over.abort();
    clear();
  } catch (error) {
    failed('The program could not end in order')(error);
  } finally {
    exit();
  }
}
