import { app, dialog } from 'electron';
import type { Service } from '../../core/service/serviceApi.ts';
import type { Translate } from '../../shared/texts/translate.ts';

/** A chunk takes ten seconds by default; a link that hangs must not keep the computer from shutting down. */
const PATIENCE_MS = 60_000;

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
export function setupQuit(service: Service | null, t: () => Translate, before: () => void): Quitting {
  let ending: Promise<void> | null = null;
  let asking = false;

  const end = async (): Promise<void> => {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    await service?.stop(patience);
    before();
    app.exit(0);
  };
  const now = (): Promise<void> => {
    ending ??= end();
    return ending;
  };
  const ask = async (): Promise<void> => {
    if (ending !== null) return ending;
    const kind = service?.status().activity.kind;
    if (kind !== 'running' && kind !== 'starting') return now();
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
