import type { Engine } from '../core/engineApi.ts';
import type { Language } from '../shared/texts/language.ts';
import { createFileLogger } from './logFile.ts';

/**
 * Opens the engine on a user-data folder. Loaded only where a command needs it, so that `--help` does
 * not wait for the database drivers.
 *
 * @throws UsageError as the settings and the engine throw them
 */
export async function openEngineHere(folder: string, language: Language): Promise<Engine> {
  const [{ openEngine }, { loadSettings }, { systemPorts }] = await Promise.all([
    import('../core/engine.ts'),
    import('../core/settings/load.ts'),
    import('../core/systemPorts.ts'),
  ]);
  return openEngine(systemPorts(createFileLogger(folder)), {
    folder,
    settings: loadSettings(folder, language),
  });
}
