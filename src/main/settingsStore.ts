import ElectronStore from 'electron-store';
import { folderError } from '../core/settings/folderError.ts';
import { type SettingsStore, settingsText } from '../core/settings/settingsStore.ts';
import type { SettingsFile } from '../shared/settings.ts';

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
