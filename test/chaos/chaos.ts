import { parseArgs } from 'node:util';
import { removeAbandonedServers } from '../support/servers.ts';
import { runChaos } from './chaosRun.ts';
import type { Way } from './place.ts';
import { printReport } from './summary.ts';

const USAGE = `npm run chaos -- [options]
  --minutes N    how long there are faults (3)
  --seed S       what is drawn, and when; another each time where absent
  --way W        how the service reaches head office: direct, ssh, or far (direct)`;

const WAYS: readonly Way[] = ['direct', 'ssh', 'far'];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string' },
    way: { type: 'string', default: 'direct' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await main(Number(values.minutes), Number(values.seed ?? Date.now() % 1_000_000), values.way);

async function main(minutes: number, seed: number, name: string): Promise<void> {
  const way = WAYS.find((one) => one === name);
  if (!(minutes > 0) || !Number.isSafeInteger(seed) || way === undefined) throw new Error(USAGE);
  console.log(`Chaos for ${minutes} minutes (${way}); again with --seed ${seed}`);
  await removeAbandonedServers();
  const report = await runChaos({ ms: minutes * 60_000, seed, way });
  printReport(report);
  if (report.problems.length > 0) process.exitCode = 1;
}
