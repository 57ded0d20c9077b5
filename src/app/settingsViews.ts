import { testDraft } from '../core/probe/connectionTest.ts';
import { discoverTables } from '../core/probe/discovery.ts';
import { checkDraft, endpointOf } from '../core/probe/draft.ts';
import { passwordPlace, passwordPlaces } from '../core/secrets/passwordPlaces.ts';
import { PasswordStore } from '../core/secrets/passwordStore.ts';
import { fileStore } from '../core/settings/change.ts';
import {
  checkImport,
  exportSettings,
  readSettingsDocument,
  writeSettingsDocument,
} from '../core/settings/document.ts';
import { loadSettings } from '../core/settings/load.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { Settings } from '../shared/settings.ts';
import { chooseLanguage, type Language } from '../shared/texts/language.ts';
import type { SettingsView, Setup } from '../window-api/views.ts';
import { computerZone } from './historyViews.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';

type SettingsCalls = Pick<Answerers, 'settings' | 'saveSettings' | 'exportSettings' | 'checkImport'>;

/**
 * @param language in which problems of the settings are told
 * @param changed called when they have been saved
 */
export function createSettings(
  { folder, service, settingsStore = fileStore(folder) }: WindowAppHost,
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

type Drafts = Pick<Answerers, 'testConnection' | 'discover' | 'setPassword'>;

/**
 * What is asked of connections that are not saved yet. A password comes in and never goes out.
 *
 * @param language in which problems of a draft are told
 * @param closed aborted when nobody can be told any more
 */
export function createDrafts(folder: string, language: () => Language, closed: AbortSignal): Drafts {
  const store = new PasswordStore(folder);
  return {
    testConnection: (draft, password) => testDraft(folder, draft, password, language(), closed),
    discover: (draft, password) => discoverTables(folder, draft, password, language(), closed),
    setPassword: async (draft, password) => {
      const checked = checkDraft(folder, draft, language());
      const endpoint = endpointOf(checked);
      if (password === null) {
        await store.remove(endpoint);
        return passwordPlace(endpoint, store);
      }
      const where = endpoint.password ?? endpoint.passfile;
      const connection = checked.kind === 'central' ? 'central' : checked.connection.id;
      // What the settings name comes first: a stored password would never be used, and nobody would know why.
      if (where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection, where });
      return (await store.set(endpoint, password)).place;
    },
  };
}

/** What the window must know before it can say anything. Read anew each time: the file may have been made since. */
export function readSetup(host: WindowAppHost): Setup {
  return {
    ...readLanguage(host.folder, host.systemLanguages),
    face: host.face,
    commands: host.service !== null,
    version: host.version,
    folder: host.folder,
    timeZone: computerZone(),
    platform: platformOf(process.platform),
    demo: host.startDemo !== null,
    startAtLogin: host.startAtLogin?.isOn() ?? null,
    notifications: host.notify !== null,
  };
}

/**
 * In which language to speak, and what is wrong with the settings, if anything.
 *
 * @param systemLanguages the preferred first: `id-ID`, `en`, …
 */
export function readLanguage(
  folder: string,
  systemLanguages: readonly string[],
): { readonly language: Language; readonly problem: Setup['problem'] } {
  const system = { LANG: systemLanguages[0] };
  const spoken = chooseLanguage('auto', system);
  try {
    const { language } = loadSettings(folder, spoken);
    return { language: chooseLanguage(language, system), problem: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { language: spoken, problem: { kind: 'usage', code: error.code, params: error.params } };
  }
}

/** Other systems are like Linux in all that the window says of them. */
function platformOf(platform: NodeJS.Platform): Setup['platform'] {
  return platform === 'win32' || platform === 'darwin' ? platform : 'linux';
}
