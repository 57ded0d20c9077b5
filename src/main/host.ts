import { app } from 'electron';
import type { Logger } from '../core/ports.ts';
import { createCronWaker } from '../core/schedule/waker.ts';
import { startService } from '../core/service/service.ts';
import type { Service } from '../core/service/serviceApi.ts';
import { systemPorts } from '../core/systemPorts.ts';
import { BatchProgress } from '../shared/batchProgress.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { ServiceEvent } from '../shared/service.ts';
import { BatchTrigger } from '../shared/status.ts';
import type { Language } from '../shared/texts/language.ts';
import { createTranslator, type Translate } from '../shared/texts/translate.ts';
import { readSetup } from './setup.ts';
import type { TrayFacts } from './tray/trayModel.ts';

/** What the tray shows of the past. */
const LATEST = 5;

/** The service in this process, and what the tray and the window know of it. */
export interface ServiceHost {
  readonly service: Service;
  /** In the language of the settings as they are now. */
  t(): Translate;
  facts(startAtLogin: boolean | null): TrayFacts;
}

/**
 * Starts the service of the user-data folder.
 *
 * @returns null where another process serves the folder already
 * @throws UsageError `data_folder_unusable`
 */
export function hostService(folder: string, logger: Logger): ServiceHost | null {
  const ports = systemPorts(logger);
  const languages = app.getPreferredSystemLanguages();
  const language = (): Language => readSetup(folder, languages).language;
  let t = createTranslator(language());
  try {
    const waker = createCronWaker();
    const setup = { folder, face: BatchTrigger.Tray, language: t.language, waker };
    const service = startService(ports, setup);
    let progress: BatchProgress | null = null;
    service.on((event) => {
      progress = follow(progress, event, service);
      if (event.type === 'settings_changed' && t.language !== language()) t = createTranslator(language());
    });
    return {
      service,
      t: () => t,
      facts: (startAtLogin) => ({
        status: service.status(),
        progress: progress?.read() ?? null,
        latest: service.engine?.batches(LATEST) ?? [],
        upTo: service.engine?.upTo() ?? null,
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

function follow(progress: BatchProgress | null, event: ServiceEvent, service: Service): BatchProgress | null {
  switch (event.type) {
    case 'batch_started':
    case 'batch_resumed':
      return new BatchProgress(service.engine?.batch(event.batch.batch_id).tables ?? []);
    case 'batch_ended':
      return null;
    case 'table_progress':
    case 'table_ended':
      progress?.take(event);
      return progress;
    default:
      return progress;
  }
}
