// Loaded into a measured process with `--import`: writes the process's resource usage to the file named in
// the environment, because Node does not report its children's usage. Written in JavaScript, because loading
// the type stripper would cost the measured process a tenth of a second.
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

/** Not `maxRSS`: on Linux that includes the parent's memory at the time of the start. */
function highWaterMark() {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null;
  }
}
