import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import type { Face } from '../../core/face/face.ts';
import { channelOf, EVENT_CHANNEL } from '../../shared/window/bridge.ts';
import { CALL_NAMES } from '../../shared/window/calls.ts';
import type { WindowEvent } from '../../shared/window/events.ts';
import { isWindowAddress } from '../appProtocol.ts';
import type { AppWindow } from '../window.ts';

/** The one place where the window's calls come in and events go out: who asks is checked here, for all of them. */
export function setupIpc(face: Face, window: AppWindow): void {
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
