import { parseArgs } from 'node:util';
import { removeAbandonedServers } from '../support/servers.ts';
import { runChaos } from './chaosRun.ts';
import { printReport } from './summary.ts';

const USAGE = `npm run chaos -- [options]
  --minutes N    how long there are faults (3)
  --seed S       what is drawn, and when; another each time where absent`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await main(Number(values.minutes), Number(values.seed ?? Date.now() % 1_000_000));

async function main(minutes: number, seed: number): Promise<void> {
  if (!(minutes > 0) || !Number.isSafeInteger(seed)) throw new Error(USAGE);
  console.log(`Chaos for ${minutes} minutes; again with --seed ${seed}`);
  await removeAbandonedServers();
  const report = await runChaos({ ms: minutes * 60_000, seed });
  printReport(report);
  if (report.problems.length > 0) process.exitCode = 1;
}
