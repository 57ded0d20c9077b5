import { app } from 'electron';
import { autostartFile, HIDDEN, type StartAtLogin } from './autostartFile.ts';

/** @returns null if the program is not installed: the entry would start a path that may be gone later */
export function startAtLogin(): StartAtLogin | null {
  if (!app.isPackaged) return null;
  if (process.platform === 'linux') return autostartFile(process.env.APPIMAGE ?? process.execPath);
  return {
    isOn: () => app.getLoginItemSettings({ args: [HIDDEN] }).openAtLogin,
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, args: [HIDDEN] }),
  };
}
