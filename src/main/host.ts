import { app } from 'electron';
import { readLanguage } from '../app/settingsViews.ts';
import type { Ports } from '../core/ports.ts';
import { createCronWaker } from '../service/schedule/waker.ts';
import { startService } from '../service/service.ts';
import type { Service } from '../service/serviceApi.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { BatchTrigger } from '../shared/status.ts';
import type { Language } from '../shared/texts/language.ts';
import { createTranslator, type Translate } from '../shared/texts/translate.ts';
import type { LiveView } from '../window-api/views.ts';
import type { TrayFacts } from './tray/trayModel.ts';

/** Number of past batches in the tray menu. */
const LATEST = 5;

/** The service in this process, with what the tray and the window need from it. */
export interface ServiceHost {
  readonly service: Service;
  /** Translator for the language in the current settings. */
  t(): Translate;
  facts(live: LiveView, startAtLogin: boolean | null): TrayFacts;
}

/**
 * Starts the service of the user-data folder.
 *
 * @returns null where another process serves the folder already
 * @throws UsageError `data_folder_unusable`
 */
export function hostService(folder: string, ports: Ports): ServiceHost | null {
  const languages = app.getPreferredSystemLanguages();
  const language = (): Language => readLanguage(folder, languages).language;
  let t = createTranslator(language());
  try {
    const waker = createCronWaker();
    const setup = { folder, trigger: BatchTrigger.Tray, language: t.language, waker };
    const service = startService(ports, setup);
    service.on((event) => {
      if (event.type === 'settings_changed' && t.language !== language()) t = createTranslator(language());
    });
    return {
      service,
      t: () => t,
      facts: ({ run, upTo }, startAtLogin) => ({
        // A run of another process is not shown: no event would tell when it ends.
        status: service.status(),
        progress: run,
        latest: service.engine?.batches(LATEST) ?? [],
        upTo,
        startAtLogin,
        now: ports.clock.now(),
        labelOf: (id) => service.engine?.label(id) ?? id,
      }),
    };
  } catch (error) {
    if (error instanceof UsageError && error.code === UsageCode.ServiceRunning) return null;
    throw error;
  }
}
