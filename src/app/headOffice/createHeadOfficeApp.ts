import type { Ports } from '../../core/ports.ts';
import { loadHeadOfficeSettings } from '../../core/settings/load.ts';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { chooseLanguage } from '../../shared/texts/language.ts';
import type { Setup } from '../../window-api/views.ts';
import { CALL_NAMES } from '../../window-api/windowApi.ts';
import { computerZone } from '../historyViews.ts';
import { platformOf } from '../settingsViews.ts';
import { type Answerers, otherWindow, type WindowApp, type WindowAppHost } from '../windowApp.ts';
import { answerCall } from '../windowCommands.ts';
import { FleetWatch } from './fleetWatch.ts';

/** What the program around head office's window provides. */
export interface HeadOfficeHost extends Pick<WindowAppHost, 'version' | 'systemLanguages'> {
  /** The user-data folder with the settings and the password. */
  readonly folder: string;
  readonly ports: Ports;
}

/** Head office's window: how all branches stand. It reads head office's tables and nothing else. */
export type HeadOfficeApp = Pick<WindowApp, 'answer' | 'on'> & AsyncDisposable;

export function createHeadOfficeApp(host: HeadOfficeHost): HeadOfficeApp {
  const { ports } = host;
  const watch = new FleetWatch(ports, () => settingsOf(host));
  const refused = Object.fromEntries(CALL_NAMES.map((name) => [name, otherWindow]));
  const answerers: Answerers = {
    // Object.fromEntries loses which function belongs to which name, hence the cast.
    ...(refused as unknown as Answerers),
    setup: () => readHeadOfficeSetup(host),
    fleet: () => watch.view(),
    fleetDays: () => watch.days(),
    fleetBranch: (connection) => watch.branch(connection),
    fleetBatch: (connection, batchId) => watch.batch(connection, batchId),
  };
  return {
    answer: (call, args) => answerCall(answerers, call, args, ports.logger),
    on: (listener) => watch.on(listener),
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
  };
}

type Central = ReturnType<typeof loadHeadOfficeSettings>['central'];

/** Read at each use, because the settings may be written while the window is open. @throws UsageError */
function settingsOf({ folder }: HeadOfficeHost): { readonly central: Central; readonly folder: string } {
  return { central: loadCentral(folder).central, folder };
}

function loadCentral(folder: string, ...language: readonly ['en' | 'id'] | []) {
  try {
    return loadHeadOfficeSettings(folder, ...language);
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== UsageCode.SettingsMissing) throw error;
    throw new UsageError(UsageCode.FleetNotSetUp, error.params, { cause: error });
  }
}

function readHeadOfficeSetup(host: HeadOfficeHost): Setup {
  const system = { LANG: host.systemLanguages[0] };
  const spoken = chooseLanguage('auto', system);
  const common = {
    program: 'head_office',
    commands: false,
    version: host.version,
    folder: host.folder,
    timeZone: computerZone(),
    platform: platformOf(process.platform),
    demo: false,
    startAtLogin: null,
    notifications: false,
    dialogs: false,
  } as const;
  try {
    const { language } = loadCentral(host.folder, spoken);
    return { ...common, language: chooseLanguage(language, system), problem: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return {
      ...common,
      language: spoken,
      problem: { kind: 'usage', code: error.code, params: error.params },
    };
  }
}
