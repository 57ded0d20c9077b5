import type { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { ElectronApplication } from 'playwright-core';

/** How late a process's event loop was, in milliseconds; 5 are the pace of looking, and no delay. */
export interface LoopDelay {
  readonly p99: number;
  readonly longest: number;
  /**
   * The most CPU time between two looks, all threads: its own share of the longest delay. The rest was waiting for
   * a processor, which on a busy machine is most.
   */
  readonly longestCpu: number;
  /** CPU seconds of the process meanwhile. */
  readonly cpuSeconds: number;
}

interface Watching {
  benchDelay?: ReturnType<typeof monitorEventLoopDelay>;
  benchCpu?: ReturnType<typeof createHistogram>;
  benchStart?: NodeJS.CpuUsage;
}

/** Begins to watch the event loop of an application's main process, from inside it. */
export function watchLoop(app: ElectronApplication): Promise<void> {
  return app.evaluate(() => {
    const hooks = process.mainModule?.require('node:perf_hooks') as typeof import('node:perf_hooks');
    const place = globalThis as Watching;
    const cpu = hooks.createHistogram();
    let last = process.cpuUsage();
    place.benchStart = last;
    setInterval(() => {
      const now = process.cpuUsage();
      cpu.record(Math.max(1, now.user + now.system - last.user - last.system));
      last = now;
    }, 5);
    place.benchCpu = cpu;
    place.benchDelay = hooks.monitorEventLoopDelay({ resolution: 5 });
    place.benchDelay.enable();
  });
}

/** What it was since {@link watchLoop}. */
export function readLoop(app: ElectronApplication): Promise<LoopDelay> {
  return app.evaluate(() => {
    const { benchDelay, benchCpu, benchStart } = globalThis as Watching;
    const { user, system } = process.cpuUsage(benchStart);
    return {
      p99: (benchDelay?.percentile(99) ?? Number.NaN) / 1e6,
      longest: (benchDelay?.max ?? Number.NaN) / 1e6,
      longestCpu: (benchCpu?.max ?? Number.NaN) / 1e3,
      cpuSeconds: (user + system) / 1e6,
    };
  });
}
