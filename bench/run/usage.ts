import { writeFileSync } from 'node:fs';

/**
 * Loaded into a measured process with `--import`: leaves what it has used in the file that the
 * environment names. Node tells a parent nothing of what its children use.
 */
const file = process.env.BENCH_USAGE_FILE;

export interface Usage {
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
}

if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const usage: Usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMb: maxRSS / 1024 };
    writeFileSync(file, JSON.stringify(usage));
  });
}
