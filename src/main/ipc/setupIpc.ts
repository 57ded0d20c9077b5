import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import type { Face } from '../../core/face/face.ts';
import { channelOf as oldChannelOf } from '../../shared/ipc.ts';
import { channelOf, EVENT_CHANNEL } from '../../shared/window/bridge.ts';
import { CALL_NAMES } from '../../shared/window/calls.ts';
import type { WindowEvent } from '../../shared/window/events.ts';
import { isWindowAddress } from '../appProtocol.ts';
import type { AppWindow } from '../window.ts';
import type { OldHandlers, OldQuery } from './handlers.ts';

/** The one place where the window's calls come in and events go out: who asks is checked here, for all of them. */
export function setupIpc(face: Face, window: AppWindow, old: OldHandlers): void {
  for (const call of CALL_NAMES) handle(channelOf(call), (args) => face.answer(call, args));
  for (const query of ['batches', 'latestBatch'] as const)
    handle(oldChannelOf(query), (args) => answerOld(old, query, args));
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

async function answerOld<Q extends OldQuery>(
  old: OldHandlers,
  query: Q,
  args: readonly unknown[],
): Promise<unknown> {
  const handler = old[query];
  return { ok: true, value: handler.answer(...handler.args.parse(args)) };
}
