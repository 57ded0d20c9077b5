import { app, dialog, powerMonitor, powerSaveBlocker } from 'electron';
import type { Logger } from '../../core/ports.ts';
import type { Service } from '../../service/serviceApi.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { endProgram } from './ending.ts';

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
