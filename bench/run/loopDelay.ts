import type { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { ElectronApplication } from 'playwright-core';

/** Delay of a process's event loop in milliseconds. It is sampled every 5 ms, so 5 means no delay. */
export interface LoopDelay {
  readonly p99: number;
  readonly longest: number;
  /**
   * The largest CPU time of all threads between two samples: the process's own part of the longest delay. The
   * rest was waiting for a processor, which is most of it on a busy machine.
   */
  readonly longestCpu: number;
  /** CPU seconds of the process in that time. */
  readonly cpuSeconds: number;
}

interface Watching {
  benchDelay?: ReturnType<typeof monitorEventLoopDelay>;
  benchCpu?: ReturnType<typeof createHistogram>;
  benchStart?: NodeJS.CpuUsage;
}

/** Starts to measure the event loop of an application's main process, from inside it. */
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

/** The delay since {@link watchLoop}. */
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
