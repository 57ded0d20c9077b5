import { existsSync } from 'node:fs';
import type { Lent } from '../demo/lend.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { openDemoSession } from './demoSession.ts';

/** The demo that a person starts in the window of `serve`: its servers end with it, unless they were there before. */
export class ServedDemo {
  readonly #folder: string;
  readonly #stop: AbortSignal;
  #starting: Promise<Started> | null = null;

  /** @param folder the user-data folder that gets the settings */
  constructor(folder: string, stop: AbortSignal) {
    this.#folder = folder;
    this.#stop = stop;
  }

  /**
   * Starts it, and writes settings for it. Asked twice it is one: a person who sees nothing happen clicks again.
   *
   * @throws UsageError `demo_not_here` where there are settings; `demo_failed`
   */
  async start(): Promise<void> {
    const starting = this.#starting ?? begin(this.#folder, this.#stop);
    this.#starting = starting;
    try {
      await starting;
    } catch (error) {
      this.#starting = null;
      throw error;
    }
  }

  /** The service has ended by now: it would find its databases gone. */
  async end(): Promise<void> {
    const started = await this.#starting?.catch(() => null);
    await started?.end();
  }
}

interface Started {
  end(): Promise<void>;
}

async function begin(folder: string, signal: AbortSignal): Promise<Started> {
  const [{ demoStatus, startDemo, stopDemo }, { lendSettings }, { settingsFile }] = await Promise.all([
    import('../demo/demo.ts'),
    import('../demo/lend.ts'),
    import('../core/settings/load.ts'),
  ]);
  if (existsSync(settingsFile(folder))) throw new UsageError(UsageCode.DemoNotHere, { folder });
  const there = await demoStatus();
  if (there?.running) {
    await lendSettings(there, folder);
    return { end: async () => {} };
  }
  const demo = await startDemo({ scale: 1, openSession: openDemoSession, signal });
  let lent: Lent;
  try {
    lent = await lendSettings(demo, folder);
  } catch (error) {
    await stopDemo(demo.folder);
    throw error;
  }
  return {
    end: async () => {
      await lent.takeBack();
      await stopDemo(demo.folder);
    },
  };
}
