import type { Measure } from './measure.ts';
import { MEASURES } from './measures/index.ts';
import { readOptions, USAGE } from './options.ts';
import { type Measured, writeResults } from './report/json.ts';
import { renderMeasure } from './report/table.ts';
import { canRunTray } from './run/trayApp.ts';
import { asOwner, type Bench, setUp } from './setUp.ts';

/**
 * Compares Branchline's times with psql's COPY pipe. Slow results never make it fail: a busy machine is not a
 * defect.
 */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const unknown = options.only.filter((name) => !MEASURES.some((one) => isNamed(one, name)));
  if (options.help || unknown.length > 0) {
    const names = MEASURES.map(({ name, title }) => `  ${name.padEnd(18)}${title}`).join('\n');
    console.log(`${unknown.map((name) => `No measure "${name}".\n`).join('')}${USAGE}\nMeasures:\n${names}`);
    process.exitCode = unknown.length > 0 ? 2 : 0;
    return;
  }
  const chosen = MEASURES.filter(
    (one) => options.only.length === 0 || options.only.some((name) => isNamed(one, name)),
  );
  await using bench = await setUp(
    options,
    chosen.some(({ standalone }) => !standalone),
  );
  const server = await serverVersion(bench);
  const skipped = whatIsSkipped(bench);
  console.log(
    `PostgreSQL ${server} on both sides, fsync on; Node ${process.version}; medians of ${options.runs}`,
  );
  for (const line of skipped) console.log(`!! ${line}`);
  const measured: Measured[] = [];
  for (const { name, title, run } of chosen) {
    const lines = await run(bench);
    if (lines.length === 0) continue;
    measured.push({ name, title, lines });
    console.log(`\n${renderMeasure(title, lines)}`);
  }
  console.log(`All of it: ${await writeResults(options, server, skipped, measured)}`);
}

function isNamed({ name, group }: Measure, asked: string): boolean {
  return name === asked || group === asked;
}

function serverVersion({ central }: Bench): Promise<string> {
  return asOwner(central.server, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '?';
  });
}

/** References that are missing on this machine, and how to get them. */
function whatIsSkipped({ psql, pgcopydb }: Bench): readonly string[] {
  return [
    ...(psql === null
      ? ['psql is not on the PATH: nothing is compared with it. Debian: apt-get install postgresql-client']
      : []),
    ...(pgcopydb === null
      ? ['pgcopydb is not on the PATH: nothing is compared with it. Debian: apt-get install pgcopydb']
      : []),
    ...(canRunTray
      ? []
      : ['No BRANCHLINE_TEST_ELECTRON with a display (xvfb-run): the tray application is not measured.']),
  ];
}

await main();
