import { app } from 'electron';
import { createFace } from '../core/face/createFace.ts';
import { readLanguage } from '../core/face/setup.ts';
import { systemPorts } from '../core/systemPorts.ts';
import { UsageCode } from '../shared/errors.ts';
import { serveWindowFiles, setupWindowScheme } from './appProtocol.ts';
import { setupDataFolder } from './dataFolder.ts';
import { HIDDEN } from './desktop/autostartFile.ts';
import { openDesktopStore } from './desktop/desktopStore.ts';
import { setupPower } from './desktop/power.ts';
import { setupQuit } from './desktop/quit.ts';
import { startAtLogin } from './desktop/startAtLogin.ts';
import { hasTrayHost } from './desktop/trayHost.ts';
import { setupGuards } from './guards.ts';
import { hostService } from './host.ts';
import { setupIpc } from './ipc/setupIpc.ts';
import { setupLog } from './log.ts';
import { Notifier } from './notifications/notifier.ts';
import { electronSettingsStore } from './settingsStore.ts';
import { setupSingleInstance } from './singleInstance.ts';
import { perform } from './tray/perform.ts';
import { createTray } from './tray/tray.ts';
import { trayModel } from './tray/trayModel.ts';
import { createAppWindow, pageOf, type WindowPage } from './window.ts';
import { setupWithoutTray } from './withoutTray.ts';

/** As in electron-builder.yml: Windows groups notifications and the taskbar's button by it. */
const APP_ID = 'id.branchline.desktop';

/** The table of contents. What each part does stands in its own file; here is the order, and why. */
function start(): void {
  // First: the lock below and everything that Chromium stores are per user-data folder.
  const folder = setupDataFolder();
  const logger = setupLog(folder);
  app.setAppUserModelId(APP_ID);
  const store = openDesktopStore(folder);
  const window = createAppWindow(store);
  // A page that is opened before anybody answers would say that all is broken.
  const windowReady = Promise.withResolvers<void>();
  const open = (): void => void windowReady.promise.then(() => window.open());
  if (!setupSingleInstance(open)) {
    app.quit();
    return;
  }
  // Before `ready`, or the scheme has no origin and no security context.
  setupWindowScheme();
  // Before the first window, or it would be made without them.
  setupGuards();
  app.on('activate', open);
  // The tray stays; what ends the program is Quit.
  app.on('window-all-closed', () => {});
  void app.whenReady().then(async () => {
    serveWindowFiles();
    const showsTray = await hasTrayHost(process.platform);
    // From here to the listeners below nothing waits: what the service tells first is heard.
    const ports = systemPorts(logger);
    const host = hostService(folder, ports);
    const login = startAtLogin();
    let notifier: Notifier | null = null;
    const systemLanguages = app.getPreferredSystemLanguages();
    const face = createFace({
      face: 'tray',
      version: app.getVersion(),
      folder,
      ports,
      service: host?.service ?? null,
      systemLanguages,
      settingsStore: electronSettingsStore(folder),
      startAtLogin: login,
      notify: host === null ? null : () => notifier?.test() ?? false,
      // Two database servers that outlive the window need a terminal that shows how they are stopped.
      startDemo: null,
    });
    // Before the window, whose first act is to ask.
    setupIpc(face, window);
    windowReady.resolve();
    const firstPage = isNew(readLanguage(folder, systemLanguages)) ? '/setup' : null;
    if (host === null) {
      // The background service does the work; this is its window, and ends with it.
      app.on('window-all-closed', () => app.quit());
      window.open(firstPage);
      return;
    }
    const { service, t, facts } = host;
    const quitting = setupQuit(
      service,
      t,
      () => {
        window.close();
        tray?.destroy();
      },
      logger,
    );
    const doers = {
      service,
      logger,
      login,
      openWindow: (page: WindowPage) => window.open(page),
      quit: () => void quitting.ask(),
      refresh: () => refresh(),
    };
    const look = () => trayModel(facts(face.live(), login?.isOn() ?? null), t());
    const tray = showsTray ? createTray(look, (command) => perform(command, doers), logger) : null;
    const refresh = (): void => tray?.refresh();
    const notes = new Notifier(service, {
      clock: ports.clock,
      logger,
      t,
      wanted: () => service.engine?.notifies() ?? true,
      memory: { read: () => store.get('notified'), write: (state) => store.set('notified', state) },
      open: (batchId) => window.open(pageOf(batchId)),
    });
    notifier = notes;
    service.on((event) => {
      notes.take(event);
      refresh();
    });
    refresh();
    setupPower(service, () => void quitting.now());
    if (tray === null) setupWithoutTray(window, store, t, quitting);
    if (tray === null || !process.argv.includes(HIDDEN)) window.open(firstPage);
  });
}

/** Nobody has set anything up yet. */
function isNew({ problem }: ReturnType<typeof readLanguage>): boolean {
  return problem?.kind === 'usage' && problem.code === UsageCode.SettingsMissing;
}

start();
