import { UsageError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import type { SettingsView } from '../../shared/window/views.ts';
import { passwordPlaces } from '../secrets/passwordPlaces.ts';
import { readSettingsDocument, writeSettingsDocument } from '../settings/document.ts';
import { loadSettings } from '../settings/load.ts';
import { fileStore } from '../settings/settingsStore.ts';
import { checkImport, exportSettings } from '../settings/transfer.ts';
import type { Answerers, FaceHost } from './face.ts';

type SettingsCalls = Pick<Answerers, 'settings' | 'saveSettings' | 'exportSettings' | 'checkImport'>;

/**
 * @param language in which problems of the settings are told
 * @param changed called when they have been saved
 */
export function createSettings(
  { folder, service, settingsStore = fileStore(folder) }: FaceHost,
  language: () => Language,
  changed: () => void,
): SettingsCalls {
  return {
    settings: () => viewSettings(folder, language()),
    saveSettings: (document, revision) => {
      const saved = writeSettingsDocument(folder, document, revision, settingsStore, language());
      // In force at once, and not at the service's next look; where something runs, when that has ended.
      service?.wake();
      changed();
      return saved;
    },
    exportSettings: () => exportSettings(folder, language()),
    checkImport: (text) => checkImport(text, language()),
  };
}

/** The settings as they are, or what is wrong with them. */
export async function viewSettings(folder: string, language: Language): Promise<SettingsView> {
  const { problem, ...found } = readSettingsDocument(folder, language);
  return {
    ...found,
    problem: problem === null ? null : { kind: 'usage', ...problem },
    passwords: found.effective === null ? {} : await passwordPlaces(folder, found.effective),
  };
}

/** The settings in force; null where there are none that can be used. */
export function usableSettings(folder: string): Settings | null {
  try {
    return loadSettings(folder);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}
