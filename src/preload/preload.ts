import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { type Bridge, channelOf, EVENT_CHANNEL } from '../window-api/bridge.ts';
import {
  type Answer,
  type Args,
  CALL_NAMES,
  type CallName,
  type WindowEvent,
} from '../window-api/windowApi.ts';

type CallsOfBridge = Pick<Bridge, CallName>;

/** The only calls the window can make: no other channel is reachable. */
const calls = Object.fromEntries(CALL_NAMES.map((call) => [call, asks(call)])) as CallsOfBridge;

const bridge: Bridge = {
  ...calls,
  listen: (onEvent, onLink) => {
    const take = (_event: IpcRendererEvent, event: WindowEvent): void => onEvent(event);
    ipcRenderer.on(EVENT_CHANNEL, take);
    // In Electron the link to the program never breaks while the window is open.
    onLink(true);
    return () => ipcRenderer.off(EVENT_CHANNEL, take);
  },
};

contextBridge.exposeInMainWorld('branchline', bridge);

function asks<C extends CallName>(call: C) {
  return (...args: Args<C>): Promise<Answer<C>> => ipcRenderer.invoke(channelOf(call), ...args);
}
