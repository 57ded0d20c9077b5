import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { dialog } from 'electron';
import type { Translate } from '../../shared/texts/translate.ts';
import type { AppWindow } from '../window.ts';
import type { DesktopStore } from './desktopStore.ts';
import type { Quitting } from './quit.ts';

/** Longer than a session bus ever takes. */
const ANSWER_MS = 3000;
/** At login programs start in any order: a slow desktop's panel comes up within this time after us. */
const PATIENCE_MS = 30_000;
/** Where nothing can tell of changes, it is asked so often. */
const POLL_MS = 2000;

const WATCHER = 'org.kde.StatusNotifierWatcher';

/** Whether something on this desktop shows tray icons now; `none` where it never will, since there is no bus. */
export type TrayHost = 'there' | 'not_yet' | 'none';

/**
 * Asks for a tray. Windows and macOS always have one; on Linux somebody must own the watcher's name on the session
 * bus and a host must be registered there. An icon without one is seen nowhere, which Electron does not tell.
 *
 * @see https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
 */
export async function findTrayHost(platform: NodeJS.Platform): Promise<TrayHost> {
  if (platform !== 'linux') return 'there';
  const bus = '/org/freedesktop/DBus';
  const owned = await send('org.freedesktop.DBus', bus, 'org.freedesktop.DBus.NameHasOwner', WATCHER);
  // No bus, or no such program: whoever cannot be asked shows nothing.
  if (owned === null) return 'none';
  if (!owned.includes('true')) return 'not_yet';
  const get = 'org.freedesktop.DBus.Properties.Get';
  const host = await send(WATCHER, '/StatusNotifierWatcher', get, WATCHER, 'IsStatusNotifierHostRegistered');
  // A watcher that does not answer this is taken for a tray, as before.
  return host?.includes('false') ? 'not_yet' : 'there';
}

/** @returns what was answered; null where nothing was */
async function send(
  to: string,
  path: string,
  method: string,
  ...args: readonly string[]
): Promise<string | null> {
  const words = args.map((arg) => `string:${arg}`);
  const line = ['--session', '--print-reply=literal', `--dest=${to}`, path, method, ...words];
  try {
    return (await promisify(execFile)('dbus-send', line, { timeout: ANSWER_MS })).stdout;
  } catch {
    return null;
  }
}

/**
 * Waits until a tray is there.
 *
 * @returns false where none came in time
 */
export async function waitForTrayHost(platform: NodeJS.Platform, patienceMs = PATIENCE_MS): Promise<boolean> {
  const over = new AbortController();
  const late = setTimeout(() => over.abort(), patienceMs);
  const changes = watchTrays(over.signal);
  try {
    while (!over.signal.aborted) {
      const found = await findTrayHost(platform);
      if (found !== 'not_yet') return found === 'there';
      await changes.next();
    }
    return false;
  } finally {
    clearTimeout(late);
    over.abort();
  }
}

/** The session bus's word on watchers and their hosts, by a program that sleeps until there is one. */
function watchTrays(over: AbortSignal): { next(): Promise<void> } {
  let changed = Promise.withResolvers<void>();
  let deaf = false;
  const rules = [
    `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${WATCHER}'`,
    `type='signal',interface='${WATCHER}'`,
  ];
  const monitor = spawn('dbus-monitor', ['--session', '--profile', ...rules], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const tell = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const lost = (): void => {
    deaf = true;
    tell();
  };
  // Its first lines say that it listens: what has changed before is asked for then.
  monitor.stdout.on('data', tell);
  monitor.on('error', lost).on('exit', lost);
  over.addEventListener('abort', () => {
    monitor.kill();
    tell();
  });
  return {
    next: () =>
      deaf && !over.aborted ? new Promise((resolve) => setTimeout(resolve, POLL_MS)) : changed.promise,
  };
}

/**
 * Where the desktop shows no tray icons, the window is all that a person sees of the program: closing it asks, the
 * first time, whether to go on behind it.
 */
export function setupWithoutTray(
  window: AppWindow,
  store: DesktopStore,
  t: () => Translate,
  quitting: Quitting,
): void {
  window.onClose(() => {
    const known = store.get('onClose');
    if (known === 'quit') void quitting.ask();
    if (known !== undefined) return known === 'stay';
    void ask(t()).then((answer) => {
      store.set('onClose', answer);
      if (answer === 'quit') void quitting.ask();
      else window.close();
    });
    return false;
  });
}

async function ask(t: Translate): Promise<'quit' | 'stay'> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Branchline',
    message: t('quit.noTrayMessage'),
    detail: t('quit.noTrayDetail'),
    buttons: [t('quit.goOn'), t('quit.quit')],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 0 ? 'stay' : 'quit';
}
