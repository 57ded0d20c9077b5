import ElectronStore from 'electron-store';

/** What this desktop remembers: nothing that a sync depends on. */
export interface DesktopMemory {
  readonly bounds?: Electron.Rectangle;
  /** See NotifyState; checked where it is read. */
  readonly notified?: unknown;
  /** Where there is no tray: what closing the window means, once a person has said so. */
  readonly onClose?: 'quit' | 'stay';
}

export type DesktopStore = ElectronStore<DesktopMemory>;

/** `desktop.json` in the user-data folder. A damaged one is begun anew: it holds no more than habits. */
export function openDesktopStore(folder: string): DesktopStore {
  return new ElectronStore<DesktopMemory>({ cwd: folder, name: 'desktop', clearInvalidConfig: true });
}
