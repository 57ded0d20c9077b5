import { join } from 'node:path';
import {
  BrowserWindow,
  type BrowserWindowConstructorOptions,
  Menu,
  screen,
  type WebContents,
} from 'electron';
import { EVENT_CHANNEL } from '../window-api/bridge.ts';
import type { WindowEvent } from '../window-api/windowApi.ts';
import { WINDOW_PAGE } from './appProtocol.ts';
import type { DesktopStore } from './desktop/desktopStore.ts';

/** A page of the window: the part of its address behind `#`. */
export type WindowPage = '/' | '/settings' | '/setup' | `/batch/${string}`;

/** The page of a batch; the start page if null. */
export function pageOf(batchId: string | null): WindowPage {
  return batchId === null ? '/' : `/batch/${encodeURIComponent(batchId)}`;
}

/** The only window. It is created when needed and destroyed when closed, to free its memory. */
export interface AppWindow {
  /** Opens the window or brings it to the front. @param page to show; null keeps the current one */
  open(page?: WindowPage | null): void;
  /** @param listener called for each new window, before its page makes calls */
  onOpened(listener: (contents: WebContents) => void): void;
  /** @param decide called on closing; returns whether the window may close */
  onClose(decide: () => boolean): void;
  close(): void;
  readonly current: BrowserWindow | null;
}

const OPTIONS: BrowserWindowConstructorOptions = {
  title: 'Branchline',
  width: 1120,
  height: 760,
  minWidth: 400,
  minHeight: 320,
  // Hidden until the page is drawn, to avoid a white flash.
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
};

export function createAppWindow(store: DesktopStore): AppWindow {
  let window: BrowserWindow | null = null;
  let mayClose = (): boolean => true;
  const listeners: ((contents: WebContents) => void)[] = [];

  const create = (page: WindowPage | null): BrowserWindow => {
    // On Windows and Linux the menu bar has nothing useful. macOS needs it for copy and paste.
    if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
    const created = new BrowserWindow({ ...OPTIONS, ...boundsIn(store) });
    created.once('ready-to-show', () => created.show());
    created.on('close', (event) => {
      store.set('bounds', created.getNormalBounds());
      if (!mayClose()) event.preventDefault();
    });
    created.on('closed', () => {
      window = null;
    });
    for (const listener of listeners) listener(created.webContents);
    void created.loadURL(page === null || page === '/' ? WINDOW_PAGE : `${WINDOW_PAGE}#${page}`);
    return created;
  };

  return {
    open: (page = null) => {
      if (window === null) {
        window = create(page);
        return;
      }
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      if (page !== null) window.webContents.send(EVENT_CHANNEL, { type: 'show', page } satisfies WindowEvent);
    },
    onOpened: (listener) => {
      listeners.push(listener);
    },
    onClose: (decide) => {
      mayClose = decide;
    },
    close: () => window?.destroy(),
    get current() {
      return window;
    },
  };
}

/** The last position and size, unless that screen is gone. */
function boundsIn(store: DesktopStore): Partial<Electron.Rectangle> {
  const bounds = store.get('bounds');
  if (bounds === undefined) return {};
  const { workArea } = screen.getDisplayMatching(bounds);
  const seen =
    bounds.x < workArea.x + workArea.width &&
    bounds.x + bounds.width > workArea.x &&
    bounds.y >= workArea.y &&
    bounds.y < workArea.y + workArea.height;
  return seen ? bounds : {};
}
