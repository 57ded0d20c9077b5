import ElectronStore from 'electron-store';
import { folderError } from '../../core/files/folderError.ts';
import { readSmallFile } from '../../core/files/smallFile.ts';
import type { Logger } from '../../core/ports.ts';
import { type SettingsStore, settingsText } from '../../core/settings/change.ts';
import { errorFacts } from '../../core/unexpected.ts';
import type { SettingsFile } from '../../shared/settings.ts';

/** What the desktop program remembers. No sync depends on it. */
export interface DesktopMemory {
  readonly bounds?: Electron.Rectangle;
  /** A NotifyState; validated where it is read. */
  readonly notified?: unknown;
  /** On desktops without a tray: what closing the window does, once the person has chosen. */
  readonly onClose?: 'quit' | 'stay';
}

/** Neither method throws. On a full or read-only disk, values last until the program ends. */
export interface DesktopStore {
  get<K extends keyof DesktopMemory>(key: K): DesktopMemory[K];
  set<K extends keyof DesktopMemory>(key: K, value: DesktopMemory[K]): void;
}

/**
 * Opens `desktop.json` in the user-data folder. A damaged file is replaced by an empty one; it holds
 * preferences only.
 */
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

/** @returns null if the path is not a regular file, or cannot be read */
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

/** Reading a named pipe would block forever. */
function refuseUnfit(file: string): void {
  try {
    readSmallFile(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/**
 * Writes `settings.json` through Electron's store, with the same text as the command line writes. Reading and
 * checking happen elsewhere; the store is opened anew for each write.
 */
export function electronSettingsStore(folder: string): SettingsStore {
  return {
    write: (document) => {
      try {
        const store = new ElectronStore<SettingsFile>({
          cwd: folder,
          name: 'settings',
          configFileMode: 0o600,
          // Names of tables and files may contain a dot.
          accessPropertiesByDotNotation: false,
          serialize: settingsText,
          // The old contents are not needed, and may not be plain JSON: a byte order mark, UTF-16.
          deserialize: () => ({}) as SettingsFile,
        });
        store.store = document;
      } catch (error) {
        throw folderError(folder, error);
      }
    },
  };
}
