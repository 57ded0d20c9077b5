import ElectronStore from 'electron-store';
import { folderError } from '../../core/files/folderError.ts';
import { readSmallFile } from '../../core/files/smallFile.ts';
import type { Logger } from '../../core/ports.ts';
import { type SettingsStore, settingsText } from '../../core/settings/change.ts';
import { errorFacts } from '../../core/unexpected.ts';
import type { SettingsFile } from '../../shared/settings.ts';

/** What this desktop remembers: nothing that a sync depends on. */
export interface DesktopMemory {
  readonly bounds?: Electron.Rectangle;
  /** See NotifyState; checked where it is read. */
  readonly notified?: unknown;
  /** Where there is no tray: what closing the window means, once a person has said so. */
  readonly onClose?: 'quit' | 'stay';
}

/** Neither of the two throws: on a full or read-only disk the program goes on, and remembers until it ends. */
export interface DesktopStore {
  get<K extends keyof DesktopMemory>(key: K): DesktopMemory[K];
  set<K extends keyof DesktopMemory>(key: K, value: DesktopMemory[K]): void;
}

/** `desktop.json` in the user-data folder. A damaged one is begun anew: it holds no more than habits. */
export function openDesktopStore(folder: string, logger: Logger): DesktopStore {
  const file = open(folder, logger);
  const memory: { -readonly [K in keyof DesktopMemory]: DesktopMemory[K] } = { ...file?.store };
  return {
    get: (key) => memory[key],
    set: (key, value) => {
      memory[key] = value;
      try {
        if (value !== undefined) file?.set({ [key]: value });
      } catch (error) {
        logger.log('warn', 'What the desktop remembers could not be kept', errorFacts(error));
      }
    },
  };
}

/** @returns null where something stands in its place that is no file, or it cannot be read */
function open(folder: string, logger: Logger): ElectronStore<DesktopMemory> | null {
  try {
    refuseUnfit(`${folder}/desktop.json`);
    return new ElectronStore<DesktopMemory>({
      cwd: folder,
      name: 'desktop',
      clearInvalidConfig: true,
      configFileMode: 0o600,
    });
  } catch (error) {
    logger.log('warn', 'What the desktop remembers cannot be read', errorFacts(error));
    return null;
  }
}

/** The store would wait for ever at a pipe. */
function refuseUnfit(file: string): void {
  try {
    readSmallFile(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/**
 * `settings.json` of the user-data folder, written by Electron's store: the same file and text as the command
 * line's. What is in it is read and checked elsewhere; the store is opened for each writing, and remembers nothing.
 */
export function electronSettingsStore(folder: string): SettingsStore {
  return {
    write: (document) => {
      try {
        const store = new ElectronStore<SettingsFile>({
          cwd: folder,
          name: 'settings',
          configFileMode: 0o600,
          // A table's or file's name may have a dot in it.
          accessPropertiesByDotNotation: false,
          serialize: settingsText,
          // What it replaces may have a byte order mark, or be UTF-16; nobody asks the store for it.
          deserialize: () => ({}) as SettingsFile,
        });
        store.store = document;
      } catch (error) {
        throw folderError(folder, error);
      }
    },
  };
}
