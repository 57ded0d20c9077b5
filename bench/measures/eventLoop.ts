import { buildApp } from '../../test/main/support/electron.ts';
import { type Dataset, SOURCE_SCHEMA } from '../data/dataset.ts';
import { INVOICES } from '../data/invoices.ts';
import { WIDE } from '../data/wide.ts';
import { atMost, type Line, type Measure } from '../measure.ts';
import { forgetTables } from '../run/central.ts';
import { alternately, type Repeated } from '../run/repeat.ts';
import { canRunTray, runTray, type TrayRun } from '../run/trayApp.ts';
import { asOwner, type Bench, fill } from '../setUp.ts';

const BOTH: readonly Dataset[] = [INVOICES, WIDE];
/** The main process also draws the tray's menu and answers the window: people notice longer delays. */
const MOST_MS = 50;

/** Whether the tray application's main process still answers at once while it copies. */
export const EVENT_LOOP: Measure = {
  name: 'event-loop',
  title: 'The tray while both are copied, two at a time',
  run: eventLoop,
};

async function eventLoop(bench: Bench): Promise<readonly Line[]> {
  if (!canRunTray) return [];
  await fill(bench, BOTH);
  const remove = await buildApp();
  const run = (strategy: string): Promise<TrayRun> =>
    runTray(
      bench,
      BOTH.map(({ name }) => ({ name, strategy })),
    );
  const ways: Readonly<Record<string, () => Promise<TrayRun>>> = {
    'first load': async () => {
      await forgetTables(bench, BOTH);
      return run('auto');
    },
    'everything read again': () => run('full'),
    'compared by digests, a tenth changed': async () => {
      await change(bench);
      return run('compare');
    },
    'a tenth changed': async () => {
      await change(bench);
      return run('auto');
    },
  };
  try {
    const repeated = await alternately(bench, Object.values(ways));
    return Object.keys(ways).flatMap((what, index) => {
      const runs = repeated[index];
      return runs === undefined ? [] : [lineOf(what, runs)];
    });
  } finally {
    remove();
  }
}

function lineOf(what: string, { runs, median }: Repeated<TrayRun>): Line {
  const last = runs.at(-1);
  return {
    what,
    seconds: runs.map((run) => run.seconds),
    rows: last?.rows ?? 0,
    bytes: last?.bytes ?? null,
    facts: {
      'cpu s': median((run) => run.busy.cpuSeconds),
      [`ms late at most: ${what}`]: median((run) => run.busy.longest),
      [`ms of CPU in one stretch at most: ${what}`]: median((run) => run.busy.longestCpu),
      [`ms p99 of one beside it that does nothing: ${what}`]: median((run) => run.idle.p99),
    },
    goals: [
      atMost(
        `ms p99 of the event loop: ${what}`,
        median((run) => run.busy.p99),
        MOST_MS,
      ),
    ],
  };
}

/** Every tenth row: spread over the whole table, so that every range differs. */
async function change({ source }: Bench): Promise<void> {
  await asOwner(source.server, async (client) => {
    for (const { name, key, columns } of BOTH) {
      const [column] = columns.find(([, type]) => type === 'numeric(10)') ?? ['updatedby'];
      await client.query(
        `UPDATE ${SOURCE_SCHEMA}.${name} SET ${column} = coalesce(${column}, 0) + 1 WHERE ${key} % 10 = 0`,
      );
    }
  });
}
