import { app } from 'electron';
import { autostartFile, HIDDEN, type StartAtLogin } from './autostartFile.ts';

/** @returns null where it makes no sense: a program that was not installed would start a path that may be gone */
export function startAtLogin(): StartAtLogin | null {
  if (!app.isPackaged) return null;
  if (process.platform === 'linux') return autostartFile(process.env.APPIMAGE ?? process.execPath);
  return {
    isOn: () => app.getLoginItemSettings({ args: [HIDDEN] }).openAtLogin,
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN] }),
  };
}
