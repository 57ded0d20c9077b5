import { app, type IpcMainInvokeEvent, ipcMain, type Session, type WebContents } from 'electron';
import type { WindowApp } from '../../app/windowApp.ts';
import { channelOf, EVENT_CHANNEL } from '../../window-api/bridge.ts';
import { CALL_NAMES, type WindowEvent } from '../../window-api/windowApi.ts';
import { isWindowAddress } from '../appProtocol.ts';
import type { AppWindow } from '../window.ts';

/** The one place where the window's calls come in and events go out. It checks the sender of every call. */
export function setupIpc(windowApp: WindowApp, window: AppWindow): void {
  for (const call of CALL_NAMES) handle(channelOf(call), (args) => windowApp.answer(call, args));
  // Subscribes only while a window is open, so that no work is done for nobody.
  window.onOpened((contents) => {
    const off = windowApp.on((event) => contents.send(EVENT_CHANNEL, event satisfies WindowEvent));
    contents.once('destroyed', off);
  });
}

function handle(channel: string, answer: (args: readonly unknown[]) => Promise<unknown>): void {
  ipcMain.handle(channel, (event, ...args: readonly unknown[]) => {
    refuseOtherSender(event);
    return answer(args);
  });
}

function refuseOtherSender({ senderFrame }: IpcMainInvokeEvent): void {
  if (senderFrame === null || senderFrame.parent !== null || !isWindowAddress(senderFrame.url))
    throw new Error('Refused: this page may not ask.');
}

/** Blocks what no page may do, even a compromised one: navigate away, open windows, ask for permissions. */
export function setupGuards(): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
  app.on('session-created', guardSession);
}

function guardContents(contents: WebContents): void {
  // Covers frames and the page itself, for which it fires before `will-navigate`.
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

/** Whether a download was created by the window's own page: an export. */
function isOfWindow(address: string): boolean {
  return address.startsWith('blob:') && isWindowAddress(address.slice('blob:'.length));
}
