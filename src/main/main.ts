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
import { createTray, type TrayIcon } from './tray/tray.ts';
import { perform } from './tray/trayActions.ts';
import { trayModel } from './tray/trayModel.ts';
import { type AppWindow, createAppWindow, pageOf, type WindowPage } from './window.ts';

/** As in electron-builder.yml: Windows groups notifications and the taskbar's button by it. */
const APP_ID = 'id.branchline.desktop';

/** What there is before anybody serves the user-data folder. */
interface Shell {
  readonly folder: string;
  readonly logger: Logger;
  readonly store: DesktopStore;
  readonly window: AppWindow;
  /** Resolved once calls are answered: a page that is opened before would say that all is broken. */
  readonly windowReady: PromiseWithResolvers<void>;
  /** Whether the service is at work, or this is another one's window. */
  works: boolean;
}

/** The table of contents. What each part does stands in its own file; here is the order, and why. */
function start(): void {
  // What is written from here on is for this user alone, Chromium's files included.
  process.umask(0o077);
  // First: the lock below and everything that Chromium stores are per user-data folder.
  const folder = setupDataFolder();
  const logger = setupLog(folder);
  const refuse = (error: unknown): void => void refuseToStart(error, folder, logger);
  // Before anything of Chromium's, which ends without a word where it may not write.
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
    // On a full disk the lock cannot be made either: then nobody else shows a window.
    if (hasNoRoom(folder)) refuse(new UsageError(UsageCode.DataFolderFull, { folder }));
    else app.quit();
    return;
  }
  // Before `ready`, or the scheme has no origin and no security context.
  setupWindowScheme();
  // Before the first window, or it would be made without them.
  setupGuards();
  app.on('activate', open);
  // The tray stays; what ends the program is Quit.
  app.on('window-all-closed', () => {});
  const shell: Shell = { folder, logger, store, window, windowReady, works: false };
  // What fails later is no reason to stop the schedules.
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
  // From here to the end of setupDesktop nothing waits: what the service tells first is heard.
  const ports = systemPorts(logger);
  const host = hostService(folder, ports);
  shell.works = true;
  const login = startAtLogin();
  const desktopNotes = new DesktopChannel((batchId) => window.open(pageOf(batchId)));
  const face = createWindowApp({
    face: 'tray',
    version: app.getVersion(),
    folder,
    ports,
    service: host?.service ?? null,
    systemLanguages,
    settingsStore: electronSettingsStore(folder),
    startAtLogin: login,
    notify: host === null ? null : () => desktopNotes.test(host.t()),
    // Two database servers that outlive the window need a terminal that shows how they are stopped.
    startDemo: null,
  });
  // Before the window, whose first act is to ask.
  setupIpc(face, window);
  shell.windowReady.resolve();
  const firstPage = isNew(readLanguage(folder, systemLanguages)) ? '/setup' : null;
  if (host === null) {
    // The background service does the work; this is its window, and ends with it.
    app.on('window-all-closed', () => app.quit());
    window.open(firstPage);
    return;
  }
  const desktop = setupDesktop(shell, host, ports, face, login, [desktopNotes]);
  const hidden = process.argv.includes(HIDDEN);
  if (trayHost === 'there') desktop.showTray();
  else setupWithoutTray(window, shell.store, host.t, desktop.quitting);
  if (trayHost === 'none' || !hidden) window.open(firstPage);
  // At login the desktop's panel may come up after us: the service is at work meanwhile.
  if (trayHost === 'not_yet') {
    if (await waitForTrayHost(process.platform)) desktop.showTray();
    else if (hidden) window.open(firstPage);
  }
}

/** Icon, notifications and the ways to end, for the service in this process. */
function setupDesktop(
  { logger, store, window }: Shell,
  { service, t, facts }: ServiceHost,
  ports: Ports,
  face: WindowApp,
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
  const look = () => trayModel(facts(face.live(), login?.isOn() ?? null), t());
  return {
    quitting,
    showTray: () => {
      tray = createTray(look, (command) => perform(command, actions), logger);
      tray.refresh();
      // The icon stays when the window is closed.
      window.onClose(() => true);
    },
  };
}

/** Nobody has set anything up yet. */
function isNew({ problem }: ReturnType<typeof readLanguage>): boolean {
  return problem?.kind === 'usage' && problem.code === UsageCode.SettingsMissing;
}

start();
