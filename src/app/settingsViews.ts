import { testDraft } from '../core/probe/connectionTest.ts';
import { discoverTables } from '../core/probe/discovery.ts';
import { checkDraft, endpointOf } from '../core/probe/draft.ts';
import { noteMeasured } from '../core/probe/linkSpeed.ts';
import { acceptHostKey, sshStates, storeSshSecret } from '../core/probe/sshEndpoint.ts';
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
import type { Draft, Settings } from '../shared/settings.ts';
import { chooseLanguage, type Language } from '../shared/texts/language.ts';
import type { SettingsView, Setup } from '../window-api/views.ts';
import { computerZone } from './historyViews.ts';
import type { TestReports } from './live/testReports.ts';
import { channelSecrets, masked, restored } from './notifyChannels.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';

type SettingsCalls = Pick<Answerers, 'settings' | 'saveSettings' | 'exportSettings' | 'checkImport'>;

/**
 * @param language in which problems of the settings are described
 * @param changed called after the settings were saved
 */
export function createSettings(
  { folder, service, settingsStore = fileStore(folder) }: WindowAppHost,
  language: () => Language,
  changed: () => void,
): SettingsCalls {
  return {
    settings: () => viewSettings(folder, language()),
    saveSettings: (document, revision) => {
      const whole = restored(document, readSettingsDocument(folder, language()).document);
      const saved = writeSettingsDocument(folder, whole, revision, settingsStore, language());
      // Applies the change at once, or after the current run, instead of at the service's next check.
      service?.wake();
      changed();
      return saved;
    },
    exportSettings: () => exportSettings(folder, language()),
    checkImport: (text) => checkImport(folder, text, language()),
  };
}

/** The settings as written, or what is wrong with them. Addresses that are secrets are masked. */
export async function viewSettings(folder: string, language: Language): Promise<SettingsView> {
  const { problem, document, revision, effective } = readSettingsDocument(folder, language);
  return {
    document: document && masked(document),
    revision,
    effective: effective && masked(effective),
    problem: problem === null ? null : { kind: 'usage', ...problem },
    passwords: effective === null ? {} : await passwordPlaces(folder, effective),
    ssh: effective === null ? {} : await sshStates(folder, effective),
    channelSecrets: effective === null ? {} : await channelSecrets(folder, effective.notifications),
  };
}

/** The settings in force; null if none can be used. */
export function usableSettings(folder: string): Settings | null {
  try {
    return loadSettings(folder);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

type Drafts = Pick<
  Answerers,
  'testConnection' | 'discover' | 'setPassword' | 'setSshSecret' | 'acceptHostKey'
>;

/**
 * Calls about connections that are not saved yet. Passwords go in and never come out.
 *
 * @param language in which problems of a draft are described
 * @param closed aborted when nobody can receive the answer any more
 * @param reports receives the steps of tests while they are made
 */
export function createDrafts(
  { folder, ports }: Pick<WindowAppHost, 'folder' | 'ports'>,
  language: () => Language,
  closed: AbortSignal,
  reports: Pick<TestReports, 'of' | 'ended'>,
): Drafts {
  const store = new PasswordStore(folder);
  return {
    testConnection: async (draft, password, sshSecret, name) => {
      try {
        const onProgress = reports.of(name);
        const steps = await testDraft(folder, draft, password, language(), closed, sshSecret, onProgress);
        noteMeasured(folder, ports, steps);
        return steps;
      } finally {
        reports.ended(name);
      }
    },
    discover: (draft, password, sshSecret) =>
      discoverTables(folder, draft, password, language(), closed, sshSecret),
    setSshSecret: async (draft, secret) => {
      const { connection, endpoint } = checkedEnd(folder, draft, language());
      return (await storeSshSecret(folder, connection, endpoint, secret)).place;
    },
    acceptHostKey: async (draft, expected) => {
      const { connection, endpoint } = checkedEnd(folder, draft, language());
      return (await acceptHostKey(folder, connection, endpoint, expected)).offered;
    },
    setPassword: async (draft, password) => {
      const { connection, endpoint } = checkedEnd(folder, draft, language());
      if (password === null) {
        await store.remove(endpoint);
        return passwordPlace(endpoint, store);
      }
      const where = endpoint.password ?? endpoint.passfile;
      // A password named in the settings takes precedence, so a stored one would silently never be used.
      if (where !== undefined) throw new UsageError(UsageCode.PasswordNamed, { connection, where });
      return (await store.set(endpoint, password)).place;
    },
  };
}

/** The end that a draft is about, and its id. */
function checkedEnd(folder: string, draft: Draft, language: Language) {
  const checked = checkDraft(folder, draft, language);
  const connection = checked.kind === 'central' ? 'central' : checked.connection.id;
  return { connection, endpoint: endpointOf(checked) };
}

/**
 * What the window needs before it can show anything. Read every time, because the settings file may have been
 * created since.
 */
export function readSetup(host: WindowAppHost): Setup {
  return {
    ...readLanguage(host.folder, host.systemLanguages),
    program: host.program,
    commands: host.service !== null,
    version: host.version,
    folder: host.folder,
    timeZone: computerZone(),
    platform: platformOf(process.platform),
    demo: host.startDemo !== null,
    startAtLogin: host.startAtLogin?.isOn() ?? null,
    notifications: host.notify !== null,
    dialogs: host.choosePath !== null,
  };
}

/**
 * The language to use, and what is wrong with the settings, if anything.
 *
 * @param systemLanguages most preferred first: `id-ID`, `en`, …
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

/** Everything the window says about Linux also fits other systems. */
export function platformOf(platform: NodeJS.Platform): Setup['platform'] {
  return platform === 'win32' || platform === 'darwin' ? platform : 'linux';
}
