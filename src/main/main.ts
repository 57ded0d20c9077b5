import { app } from 'electron';
import { serveWindowFiles, setupWindowScheme } from './appProtocol.ts';
import { setupDataFolder } from './dataFolder.ts';
import { setupGuards } from './guards.ts';
import { createHandlers } from './ipc/handlers.ts';
import { setupIpc } from './ipc/setupIpc.ts';
import { stderrLogger } from './log.ts';
import { setupSingleInstance } from './singleInstance.ts';
import { openWindow } from './window.ts';

/** The table of contents. What each part does stands in its own file; here is the order, and why. */
function start(): void {
  // First: the lock below and everything that Chromium stores are per user-data folder.
  const folder = setupDataFolder();
  if (!setupSingleInstance(openWindow)) {
    app.quit();
    return;
  }
  // Before `ready`, or the scheme has no origin and no security context.
  setupWindowScheme();
  // Before the first window, or it would be made without them.
  setupGuards();
  void app.whenReady().then(() => {
    serveWindowFiles();
    // Before the window, whose first act is to ask.
    setupIpc(createHandlers(folder, stderrLogger), stderrLogger);
    openWindow();
  });
  app.on('activate', openWindow);
  // There is no tray yet that would stay.
  app.on('window-all-closed', () => app.quit());
}

start();
