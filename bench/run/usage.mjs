// Loaded into a measured process with `--import`: leaves what it has used in the file that the environment
// names. Node tells a parent nothing of what its children use. JavaScript, since loading what strips types
// would cost the measured process a tenth of a second.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const file = process.env.BENCH_USAGE_FILE;

if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    const peakRssKb = highWaterMark() ?? maxRSS;
    const usage = { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakRssMb: peakRssKb / 1024 };
    writeFileSync(file, JSON.stringify(usage));
  });
}

/** Linux counts into a child's `maxRSS` what its parent had when it started it; not so here. */
function highWaterMark() {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
