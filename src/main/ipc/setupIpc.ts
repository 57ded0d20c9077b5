import { app, type IpcMainInvokeEvent, ipcMain, type Session, type WebContents } from 'electron';
import type { WindowApp } from '../../app/windowApp.ts';
import { channelOf, EVENT_CHANNEL } from '../../window-api/bridge.ts';
import { CALL_NAMES, type WindowEvent } from '../../window-api/windowApi.ts';
import { isWindowAddress } from '../appProtocol.ts';
import type { AppWindow } from '../window.ts';

/** The one place where the window's calls come in and events go out: who asks is checked here, for all of them. */
export function setupIpc(face: WindowApp, window: AppWindow): void {
  for (const call of CALL_NAMES) handle(channelOf(call), (args) => face.answer(call, args));
  // While no window is open nobody listens, and nothing is made ready for one.
  window.onOpened((contents) => {
    const off = face.on((event) => contents.send(EVENT_CHANNEL, event satisfies WindowEvent));
    contents.once('destroyed', off);
  });
}

function handle(channel: string, answer: (args: readonly unknown[]) => Promise<unknown>): void {
  ipcMain.handle(channel, (event, ...args: readonly unknown[]) => {
    refuseStranger(event);
    return answer(args);
  });
}

function refuseStranger({ senderFrame }: IpcMainInvokeEvent): void {
  if (senderFrame === null || senderFrame.parent !== null || !isWindowAddress(senderFrame.url))
    throw new Error('Refused: this page may not ask.');
}

/** What no page may ever do here, whatever gets into it: go elsewhere, open windows, ask for permissions. */
export function setupGuards(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', guardSession);
}

function guardContents(contents: WebContents): void {
  // Frames and the page itself: for the latter it comes before `will-navigate`.
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    if (!isOfWindow(item.getURL())) event.preventDefault();
  });
}

/** Whether a download is what the window's own page has made in its memory: an export. */
function isOfWindow(address: string): boolean {
  return address.startsWith('blob:') && isWindowAddress(address.slice('blob:'.length));
}
