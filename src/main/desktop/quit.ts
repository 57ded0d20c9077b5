import { setTimeout as sleep } from 'node:timers/promises';
import { app, dialog, powerMonitor, powerSaveBlocker } from 'electron';
import type { Logger } from '../../core/ports.ts';
import { errorFacts } from '../../core/unexpected.ts';
import type { Service } from '../../service/serviceApi.ts';
import type { Translate } from '../../shared/texts/translate.ts';

/** How the program ends. */
export interface Quitting {
  /** A person wants it: asks first where something runs. */
  ask(): Promise<void>;
  /** Ends at the next chunk border, without asking. */
  now(): Promise<void>;
}

/**
 * @param service null where another process serves the folder
 * @param before removes what would stay on the screen
 */
export function setupQuit(
  service: Service | null,
  t: () => Translate,
  before: () => void,
  logger: Logger,
): Quitting {
  let ending: Promise<void> | null = null;
  let asking = false;

  const now = (): Promise<void> => {
    ending ??= endProgram({
      stop: async (halt) => service?.stop(halt),
      clear: before,
      exit: () => app.exit(0),
      logger,
    });
    return ending;
  };
  const ask = async (): Promise<void> => {
    if (ending !== null) return ending;
    if (!isRunning(service)) return now();
    if (asking) return;
    asking = true;
    try {
      if (await wantsToQuit(t())) await now();
    } finally {
      asking = false;
    }
  };

  app.on('before-quit', (event) => {
    if (ending !== null) return;
    event.preventDefault();
    void ask();
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void now());
  return { ask, now };
}

/** A journal that cannot be read must not keep a person from quitting. */
function isRunning(service: Service | null): boolean {
  try {
    const kind = service?.status().activity.kind;
    return kind === 'running' || kind === 'starting';
  } catch {
    return false;
  }
}

async function wantsToQuit(t: Translate): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Branchline',
    message: t('quit.message'),
    detail: t('quit.detail'),
    buttons: [t('quit.finish'), t('quit.stay')],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

/** A chunk takes ten seconds by default; a link that hangs must not keep the computer from shutting down. */
const PATIENCE_MS = 60_000;
/** Stopping at once takes a moment; after that the program ends whatever is left. */
const HALT_MS = 10_000;

interface Ending {
  /** Stops the service at the next chunk border, at once when `now` is aborted. */
  stop(now: AbortSignal): Promise<void>;
  /** Removes what would stay on the screen. */
  clear(): void;
  exit(): void;
  readonly logger: Logger;
}

/** Ends the program in any case: a person who wants to quit must not need a task manager. */
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

/**
 * Sleep and power. The machine may not suspend the program while a batch runs (its display may sleep); after a
 * sleep, what was missed is looked at.
 *
 * @param quit ends the program at the next chunk border: the system is being shut down, and waits a moment
 */
export function setupPower(service: Service, quit: () => void): void {
  let blocker: number | null = null;
  service.on((event) => {
    if (event.type !== 'status') return;
    const runs = event.status.activity.kind === 'running';
    if (runs && blocker === null) blocker = powerSaveBlocker.start('prevent-app-suspension');
    if (!runs && blocker !== null) {
      powerSaveBlocker.stop(blocker);
      blocker = null;
    }
  });
  powerMonitor.on('resume', () => service.wake());
  powerMonitor.on('unlock-screen', () => service.wake());
  powerMonitor.on('shutdown', quit);
}
