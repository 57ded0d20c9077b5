import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDay, usualOf, viewDays } from '../../src/app/historyViews.ts';
import { JournalRecorder } from '../../src/core/batch/recorder.ts';
import type { WritableJournal } from '../../src/core/journal/journal.ts';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { MOST_RUNS } from '../../src/core/progress/runProgress.ts';
import { type Checkpoint, NO_COUNTS } from '../../src/core/target/checkpoint.ts';
import { fillJournal } from '../../test/core/journal/support/fillJournal.ts';
import { atMost, type Goal, type Line, type Measure } from '../measure.ts';
import type { Bench } from '../setUp.ts';
import { median } from '../statistics.ts';

const PORTS = systemPorts({ log: () => {} });
const TABLES = 300;
const CHUNKS_A_TABLE = 3;

/** What the journal costs a batch, and how fast it answers after years. */
export const JOURNAL: Measure = {
  name: 'journal',
  title: 'The journal, synchronous=FULL',
  run: measureJournal,
};

async function measureJournal({ options }: Bench): Promise<readonly Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-bench-journal-'));
  try {
    return [
      ...writing(join(folder, 'new')),
      ...reading(join(folder, 'old'), Math.ceil(10_000 * options.rowsScale), options.runs),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes like a run: each line is what one table, or one of its chunks, adds. */
function writing(folder: string): readonly Line[] {
  const { journal } = openJournal(folder, PORTS);
  const names = Array.from({ length: TABLES }, (_, index) => `c_table_${index}`);
  const batchId = journal.beginBatch({
    trigger: 'cli',
    options: { connections: ['one'], tables: [], strategy: null, allowDeletes: false },
    tables: names.map((table) => ({
      connection: 'one',
      table,
      model: table,
      estimatedRows: 1,
      strategy: null,
    })),
  }).batch_id;
  const ofTables: number[] = [];
  const ofChunks: number[] = [];
  for (const table of names) {
    const recorder = new JournalRecorder(
      journal,
      () => {},
      PORTS.clock,
      { batchId, connection: 'one', table },
      1,
    );
    let last = checkpointOf(table, 0);
    const begin = secondsOf(() => {
      recorder.started();
      recorder.chosen('full', 'first_load');
    });
    for (let chunk = 1; chunk <= CHUNKS_A_TABLE; chunk++) {
      last = checkpointOf(table, chunk);
      ofChunks.push(secondsOf(() => recorder.committed(last)));
    }
    ofTables.push(begin + secondsOf(() => recorder.completed(last)));
  }
  journal.close();
  return [
    line('a chunk', ofChunks, 1, [atMost('ms, median', median(ofChunks) * 1000, 5)]),
    line('a table: begun, chosen, completed', ofTables, 1, [
      atMost('ms, median', median(ofTables) * 1000, 5),
    ]),
  ];
}

function reading(folder: string, batches: number, runs: number): readonly Line[] {
  const tables = 120;
  const until = new Date().toISOString();
  fillJournal(folder, { batches, tables, until, everyHours: 6 });
  // Not timed: the first opening is slowed by what filling left in the system's cache.
  openJournal(folder, PORTS).journal.close();
  const opens = times(runs, () => openJournal(folder, PORTS).journal.close());
  const afterDeath = times(runs, () => {
    writeFileSync(join(folder, 'journal.db-wal'), '');
    openJournal(folder, PORTS).journal.close();
  });
  const { journal } = openJournal(folder, PORTS);
  const slowest = questions(journal)
    .map(([what, ask]) => ({ what, seconds: times(Math.max(runs, 3), ask) }))
    .sort((a, b) => median(b.seconds) - median(a.seconds));
  journal.close();
  const milliseconds = (seconds: readonly number[]): number => median(seconds) * 1000;
  return [
    line('opening', opens, 0, [atMost('ms', milliseconds(opens), 200)]),
    line('opening after a death', afterDeath, 0, [atMost('ms', milliseconds(afterDeath), 200)]),
    ...slowest.map(({ what, seconds }) => line(what, seconds, 0, [atMost('ms', milliseconds(seconds), 20)])),
  ];
}

function questions(journal: WritableJournal): readonly (readonly [what: string, ask: () => unknown])[] {
  const middle = journal.batches(1000).at(-1)?.batch_id ?? '';
  const aDay = localDay(new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10), 'Asia/Jakarta');
  return [
    ['the latest batch', () => journal.latestBatch()],
    ['the 20 latest', () => journal.batches(20)],
    ['the 100 latest', () => journal.batches(100)],
    ['a batch with its tables', () => [journal.batch(middle), journal.tables(middle)]],
    ["a table's past, 100 runs", () => journal.pastRuns('pgsql_lmp', 'c_table_042', 100)],
    ['verifications', () => journal.verifications()],
    ['the log of a batch', () => journal.log({ batchId: middle })],
    ["a connection's tables", () => journal.knownTables('pgsql_lmp')],
    ['history: a page of 50', () => journal.history({}, 0, 50)],
    ['history: its last page', () => journal.history({}, 9_950, 50)],
    ['history: failed ones', () => journal.history({ status: 'failed' }, 0, 50)],
    ['history: of a connection', () => journal.history({ connection: 'pgsql_lmp' }, 0, 50)],
    ['history: with a table', () => journal.history({ text: 'table_042' }, 0, 50)],
    ['history: with a name that is nowhere', () => journal.history({ text: 'nowhere' }, 0, 50)],
    ['history: a day', () => journal.history({ begun: aDay }, 0, 50)],
    ['a year of days', () => viewDays(journal.reader, new Date(), 366, 'Asia/Jakarta')],
    ['the state of 120 tables', () => journal.tablesPast()],
    ['what is usual for 120 tables', () => usualOf(journal.completedRuns(middle, MOST_RUNS))],
  ];
}

function checkpointOf(table: string, chunk: number): Checkpoint {
  return {
    ...NO_COUNTS,
    connection: 'one',
    table,
    claim: null,
    epoch: '1',
    seq: chunk,
    batchId: null,
    strategy: 'full',
    state: 'running',
    direct: true,
    resumed: false,
    lastKey: { columns: ['"id" pg_catalog."int8"'], values: [String(chunk * 100_000)] },
    mark: null,
    passMark: null,
    processed: chunk * 100_000,
    centralRows: null,
    removed: 0,
    removedOf: null,
    counted: false,
    unproven: 0,
    follows: false,
    rewritten: null,
    sourceSnapshotAt: new Date().toISOString(),
  };
}

function line(what: string, seconds: readonly number[], rows: number, goals: readonly Goal[]): Line {
  return { what, seconds, rows, bytes: null, facts: {}, goals };
}

function times(runs: number, work: () => unknown): readonly number[] {
  return Array.from({ length: runs }, () => secondsOf(work));
}

function secondsOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}
