import { app } from 'electron';
import { createWindowApp } from '../app/createWindowApp.ts';
import { readLanguage } from '../app/settingsViews.ts';
import type { WindowApp } from '../app/windowApp.ts';
import { hasNoRoom } from '../core/files/folderError.ts';
import { type Logger, type Ports, systemPorts } from '../core/ports.ts';
import { logUnexpected } from '../core/unexpected.ts';
import { type Channel, Notifier } from '../service/notify/notifier.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { createTranslator } from '../shared/texts/translate.ts';
import { serveWindowFiles, setupWindowScheme } from './appProtocol.ts';
import { choosePath } from './choosePath.ts';
import { HIDDEN, type StartAtLogin } from './desktop/autostartFile.ts';
import { type DesktopStore, electronSettingsStore, openDesktopStore } from './desktop/desktopStore.ts';
import { type Quitting, setupPower, setupQuit } from './desktop/quit.ts';
import { startAtLogin } from './desktop/startAtLogin.ts';
import { findTrayHost, setupWithoutTray, waitForTrayHost } from './desktop/trayHost.ts';
import { hostService, type ServiceHost } from './host.ts';
import { setupGuards, setupIpc } from './ipc/setupIpc.ts';
import { setupLog } from './log.ts';
import { DesktopChannel } from './notifications/desktopChannel.ts';
import {
  folderTrouble,
  refuseToStart,
  settleCopied,
  setupDataFolder,
  setupSingleInstance,
} from './startRefused.ts';
import { createTray, perform, type TrayIcon } from './tray/tray.ts';
import { trayModel } from './tray/trayModel.ts';
import { type AppWindow, createAppWindow, pageOf, type WindowPage } from './window.ts';

/** As in electron-builder.yml. Windows groups notifications and taskbar buttons by it. */
const APP_ID = 'id.branchline.desktop';

/** What exists before the service starts. */
interface Shell {
  readonly folder: string;
  readonly logger: Logger;
  readonly store: DesktopStore;
  readonly window: AppWindow;
  /** Resolved when calls can be answered: a page opened earlier would show errors. */
  readonly windowReady: PromiseWithResolvers<void>;
  /** Whether the service runs in this process; false if this is only a window for another process's service. */
  works: boolean;
}

/** Sets up the program's parts in order. Comments say why the order matters. */
function start(): void {
  // All files written from here on are readable by this user alone, including Chromium's.
  process.umask(0o077);
  // First, because the lock below and Chromium's files depend on the user-data folder.
  const folder = setupDataFolder();
  const logger = setupLog(folder);
  const refuse = (error: unknown): void => void refuseToStart(error, folder, logger);
  // Before Chromium uses the folder: it exits without a message if it cannot write there.
  const trouble = folderTrouble(folder);
  if (trouble !== null) {
    refuse(trouble);
    return;
  }
  app.setAppUserModelId(APP_ID);
  const store = openDesktopStore(folder, logger);
  const window = createAppWindow(store);
  const windowReady = Promise.withResolvers<void>();
  const open = (): void => void windowReady.promise.then(() => window.open());
  if (!setupSingleInstance(open)) {
    // On a full disk the lock cannot be made either; then no other instance is running.
    if (hasNoRoom(folder)) refuse(new UsageError(UsageCode.DataFolderFull, { folder }));
    else app.quit();
    return;
  }
  // Must come before `ready`, or the scheme has no origin and no security context.
  setupWindowScheme();
  // Must come before the first window, which would otherwise be unguarded.
  setupGuards();
  app.on('activate', open);
  // Closing the window keeps the tray running; only Quit ends the program.
  app.on('window-all-closed', () => {});
  const shell: Shell = { folder, logger, store, window, windowReady, works: false };
  // Once the service works, a later error must not stop the schedules.
  app
    .whenReady()
    .then(() => begin(shell))
    .catch((error) => (shell.works ? logUnexpected(logger, error) : refuse(error)));
}

async function begin(shell: Shell): Promise<void> {
  const { folder, logger, window } = shell;
  serveWindowFiles();
  const trayHost = await findTrayHost(process.platform);
  const systemLanguages = app.getPreferredSystemLanguages();
  const { language } = readLanguage(folder, systemLanguages);
  if (!(await settleCopied(folder, createTranslator(language)))) {
    app.exit(0);
    return;
  }
  // No `await` from here to the end of setupDesktop, so that the service's first events are not missed.
  const ports = systemPorts(logger);
  const host = hostService(folder, ports);
  shell.works = true;
  const login = startAtLogin();
  const desktopNotes = new DesktopChannel((batchId) => window.open(pageOf(batchId)));
  const windowApp = createWindowApp({
    program: 'tray',
    version: app.getVersion(),
    folder,
    ports,
    service: host?.service ?? null,
    systemLanguages,
    settingsStore: electronSettingsStore(folder),
    startAtLogin: login,
    notify: host === null ? null : () => desktopNotes.test(host.t()),
    choosePath: (what) => choosePath(what, window),
    // Demo servers outlive the window, so they are started from a terminal, which shows how to stop them.
    startDemo: null,
  });
  // Before the window opens, because its page calls at once.
  setupIpc(windowApp, window);
  shell.windowReady.resolve();
  const firstPage = isNew(readLanguage(folder, systemLanguages)) ? '/setup' : null;
  if (host === null) {
    // The background service does the work. This process only shows its window and ends with it.
    app.on('window-all-closed', () => app.quit());
    window.open(firstPage);
    return;
  }
  const desktop = setupDesktop(shell, host, ports, windowApp, login, [desktopNotes]);
  const hidden = process.argv.includes(HIDDEN);
  if (trayHost === 'there') desktop.showTray();
  else setupWithoutTray(window, shell.store, host.t, desktop.quitting);
  if (trayHost === 'none' || !hidden) window.open(firstPage);
  // At login the desktop's panel may appear later. The service already works meanwhile.
  if (trayHost === 'not_yet') {
    if (await waitForTrayHost(process.platform)) desktop.showTray();
    else if (hidden) window.open(firstPage);
  }
}

/** Tray icon, notifications and quitting, for the service in this process. */
function setupDesktop(
  { logger, store, window }: Shell,
  { service, t, facts }: ServiceHost,
  ports: Ports,
  windowApp: WindowApp,
  login: StartAtLogin | null,
  channels: readonly Channel[],
): { readonly quitting: Quitting; showTray(): void } {
  let tray: TrayIcon | null = null;
  const refresh = (): void => tray?.refresh();
  const clear = (): void => {
    window.close();
    tray?.destroy();
  };
  const quitting = setupQuit(service, t, clear, logger);
  const actions = {
    service,
    logger,
    login,
    openWindow: (page: WindowPage) => window.open(page),
    quit: () => void quitting.ask(),
    refresh,
  };
  const notifier = new Notifier(service, {
    clock: ports.clock,
    logger,
    t,
    channels,
    memory: { read: () => store.get('notified'), write: (state) => store.set('notified', state) },
  });
  service.on((event) => {
    notifier.take(event);
    refresh();
  });
  setupPower(service, () => void quitting.now());
  const look = () => trayModel(facts(windowApp.live(), login?.isOn() ?? null), t());
  return {
    quitting,
    showTray: () => {
      tray = createTray(look, (command) => perform(command, actions), logger);
      tray.refresh();
      // Closing the window leaves the tray icon.
      window.onClose(() => true);
    },
  };
}

/** Whether there are no settings yet. */
function isNew({ problem }: ReturnType<typeof readLanguage>): boolean {
  return problem?.kind === 'usage' && problem.code === UsageCode.SettingsMissing;
}

start();
