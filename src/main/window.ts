import { join } from 'node:path';
import { BrowserWindow, Menu } from 'electron';
import { WINDOW_PAGE } from './appProtocol.ts';

let window: BrowserWindow | null = null;

/** Opens the window, or brings the open one to the front. */
export function openWindow(): void {
  if (window === null) window = createWindow();
  else focus(window);
}

function createWindow(): BrowserWindow {
  // Where the menu bar belongs to the window there is nothing in it for a person; macOS needs it for copy and paste.
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  const created = new BrowserWindow({
    title: 'Branchline',
    width: 1120,
    height: 760,
    minWidth: 400,
    minHeight: 320,
    // Until the page is drawn, or it flashes white in a dark room.
    show: false,
    webPreferences: {
      preload: join(__dirname, '../preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  created.once('ready-to-show', () => created.show());
  created.on('closed', () => {
    window = null;
  });
  void created.loadURL(WINDOW_PAGE);
  return created;
}

function focus(open: BrowserWindow): void {
  if (open.isMinimized()) open.restore();
  open.show();
  open.focus();
}
