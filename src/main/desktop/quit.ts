import { app, dialog, powerMonitor, powerSaveBlocker } from 'electron';
import type { Logger } from '../../core/ports.ts';
import type { Service } from '../../service/serviceApi.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { endProgram } from './ending.ts';

/** The ways to end the program. */
export interface Quitting {
  /** On a person's request: asks for confirmation if something runs. */
  ask(): Promise<void>;
  /** Ends at the next chunk border, without asking. */
  now(): Promise<void>;
}

/**
 * @param service null if another process serves the folder
 * @param before removes the window and the tray icon
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

/** A journal that cannot be read must not prevent quitting. */
function isRunning(service: Service | null): boolean {
  try {
    const kind = service?.status().activity.kind;
    return kind === 'running' || kind === 'after_batch' || kind === 'starting' || kind === 'exporting';
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
 * Handles sleep and shutdown. The computer may not sleep while a batch runs (its display may). After a sleep,
 * the service checks what it missed.
 *
 * @param quit ends the program at the next chunk border, because the system is shutting down
 */
export function setupPower(service: Service, quit: () => void): void {
  let blocker: number | null = null;
  service.on((event) => {
    if (event.type !== 'status') return;
    const { kind } = event.status.activity;
    const runs = kind === 'running' || kind === 'exporting';
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
