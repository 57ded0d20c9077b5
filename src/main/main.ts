import { app } from 'electron';
import { systemClock } from '../core/systemPorts.ts';
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
import { createHandlers } from './ipc/handlers.ts';
import { setupIpc } from './ipc/setupIpc.ts';
import { setupLog } from './log.ts';
import { Notifier } from './notifications/notifier.ts';
import { setupSingleInstance } from './singleInstance.ts';
import { perform } from './tray/perform.ts';
import { createTray } from './tray/tray.ts';
import { trayModel } from './tray/trayModel.ts';
import { createAppWindow } from './window.ts';
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
  if (!setupSingleInstance(() => window.open())) {
    app.quit();
    return;
  }
  // Before `ready`, or the scheme has no origin and no security context.
  setupWindowScheme();
  // Before the first window, or it would be made without them.
  setupGuards();
  app.on('activate', () => window.open());
  // The tray stays; what ends the program is Quit.
  app.on('window-all-closed', () => {});
  void app.whenReady().then(async () => {
    serveWindowFiles();
    // Before the window, whose first act is to ask.
    setupIpc(createHandlers(folder, logger), logger);
    const showsTray = await hasTrayHost(process.platform);
    // From here to the listeners below nothing waits: what the service tells first is heard.
    const host = hostService(folder, logger);
    if (host === null) {
      // The background service does the work; this is its window, and ends with it.
      app.on('window-all-closed', () => app.quit());
      window.open();
      return;
    }
    const { service, t, facts } = host;
    const login = startAtLogin();
    const quitting = setupQuit(service, t, () => {
      window.close();
      tray?.destroy();
    });
    const doers = {
      service,
      logger,
      login,
      openWindow: (batchId: string | null) => window.open(batchId),
      quit: () => void quitting.ask(),
      refresh: () => refresh(),
    };
    const look = () => trayModel(facts(login?.isOn() ?? null), t());
    const tray = showsTray ? createTray(look, (command) => perform(command, doers), logger) : null;
    const refresh = (): void => tray?.refresh();
    const notifier = new Notifier(service, {
      clock: systemClock,
      logger,
      t,
      wanted: () => service.engine?.notifies() ?? true,
      memory: { read: () => store.get('notified'), write: (state) => store.set('notified', state) },
      open: (batchId) => window.open(batchId),
    });
    service.on((event) => {
      notifier.take(event);
      refresh();
    });
    refresh();
    setupPower(service, () => void quitting.now());
    if (tray === null) setupWithoutTray(window, store, t, quitting);
    if (tray === null || !process.argv.includes(HIDDEN)) window.open();
  });
}

start();
