import { app } from 'electron';

/**
 * One tray for a user-data folder. A second start shows the first one's window instead: on desktops
 * without a tray, or where the icon is hidden, starting it again is how people look for it.
 *
 * @returns false where another one runs, and this one must quit
 */
export function setupSingleInstance(show: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', show);
  return true;
}
