import type { SettingsFile } from '../../shared/settings.ts';
import { replaceFile } from './atomicFile.ts';
import { settingsFile } from './load.ts';

/** What puts settings that were checked into `settings.json`, as a whole or not at all. */
export interface SettingsStore {
  /** @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only` */
  write(document: SettingsFile): void;
}

/** The file's text: every writer writes the same, so that who wrote last makes no difference. */
export function settingsText(document: SettingsFile): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** For whoever is not the tray, which has Electron's store. */
export function fileStore(folder: string): SettingsStore {
  return { write: (document) => replaceFile(settingsFile(folder), settingsText(document)) };
}
