import { UsageError } from '../../shared/errors.ts';
import { chooseLanguage, type Language } from '../../shared/texts/language.ts';
import type { Setup } from '../../shared/window/views.ts';
import { loadSettings } from '../settings/load.ts';
import type { FaceHost } from './face.ts';
import { computerZone } from './localDays.ts';

/** What the window must know before it can say anything. Read anew each time: the file may have been made since. */
export function readSetup(host: FaceHost): Setup {
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
