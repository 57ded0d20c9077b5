import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { dialog } from 'electron';
import type { Translate } from '../../shared/texts/translate.ts';
import type { AppWindow } from '../window.ts';
import type { DesktopStore } from './desktopStore.ts';
import type { Quitting } from './quit.ts';

/** Longer than a session bus ever takes to answer. */
const ANSWER_MS = 3000;
/** Programs start in any order at login. A slow desktop's panel appears within this time. */
const PATIENCE_MS = 30_000;
/** Interval of checks if changes cannot be watched. */
const POLL_MS = 2000;

const WATCHER = 'org.kde.StatusNotifierWatcher';

/** Whether this desktop shows tray icons. `none`: it never will, because there is no session bus. */
export type TrayHost = 'there' | 'not_yet' | 'none';

/**
 * Checks for a tray. Windows and macOS always have one. On Linux, a program must own the watcher's name on
 * the session bus and a host must be registered; without them an icon is invisible, and Electron does not
 * report that.
 *
 * @see https://www.freedesktop.org/wiki/Specifications/StatusNotifierItem/
 */
export async function findTrayHost(platform: NodeJS.Platform): Promise<TrayHost> {
  if (platform !== 'linux') return 'there';
  const bus = '/org/freedesktop/DBus';
  const owned = await send('org.freedesktop.DBus', bus, 'org.freedesktop.DBus.NameHasOwner', WATCHER);
  // No session bus, or no tool to ask it.
  if (owned === null) return 'none';
  if (!owned.includes('true')) return 'not_yet';
  const get = 'org.freedesktop.DBus.Properties.Get';
  const host = await send(WATCHER, '/StatusNotifierWatcher', get, WATCHER, 'IsStatusNotifierHostRegistered');
  // A watcher that does not answer this question counts as a tray.
  return host?.includes('false') ? 'not_yet' : 'there';
}

/** @returns the answer; null if there was none */
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
 * Waits until a tray exists.
 *
 * @returns false if none appeared in time
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

/** Follows the session bus's messages about watchers and hosts, with a program that sleeps until there is one. */
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
  // The first output means it is listening. Checking again then covers changes from before.
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
 * For desktops without tray icons, where the window is all that is visible: the first time it is closed, asks
 * whether to keep running without it.
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
