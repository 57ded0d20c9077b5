import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/core/engine.ts';
import type { Engine } from '../../src/core/engineApi.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { FailureKind, SyncFailure } from '../../src/shared/errors.ts';
import { atBranch, atCentral, sync } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION } from '../support/home.ts';
import { type FaultProxy, startProxy } from '../support/proxy.ts';
import { badPlace } from './support/place.ts';
import { seeded } from './support/random.ts';

/** Answers lost of each kind of run, drawn from all of them. `npm run test:long` loses 60: about half an hour. */
const LOST = Number(process.env.BRANCHLINE_LOST_ANSWERS ?? 3);
/** Which answers are drawn. The long tests draw others each time; a failing run prints its seed. */
const SEED = Number(process.env.BRANCHLINE_LOST_SEED ?? (LOST > 3 ? Date.now() % 2 ** 31 : 20261130));

/** Every other time limit is far away. */
const FAR_MS = 600_000;
const TIMEOUTS = {
  answerMs: FAR_MS,
  workMs: FAR_MS,
  firstRowMs: FAR_MS,
  idleMs: FAR_MS,
  stallMs: FAR_MS,
  progressMs: 400,
};
/** Far more than a run takes that waits for one lost answer, and far less than any other limit. */
const HANGS_MS = 60_000;

type SideName = 'source' | 'central';

/** Where in a server's answer nothing comes any more. */
interface Answer {
  readonly side: SideName;
  /** What the answer is to, as {@link kindOf} has it. */
  readonly statements: string;
  /** Type letter of the first message that is lost. */
  readonly type: string;
}

/** Statements without what differs from table to table and from run to run. */
function kindOf(statements: string): string {
  return statements
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/\b(?:r\d+|stage)_\w+/g, 't')
    .replace(/\d+/g, '0')
    .replace(/(\S+)(?:, ?\1)+/g, '$1');
}

interface World extends AsyncDisposable {
  readonly pair: DatabasePair;
  readonly folder: string;
  readonly proxies: Readonly<Record<SideName, FaultProxy>>;
  readonly engine: Engine;
  /** What has passed since it was last asked. */
  answers(): readonly Answer[];
}

async function makeWorld(): Promise<World> {
  await using made = new AsyncDisposableStack();
  const pair = made.use(await freshDatabases());
  const answers = new Map<string, Answer>();
  const recorder = (side: SideName) => () => ({
    passed: ({ from, type }: { readonly from: string; readonly type: string }, sent: string) => {
      if (from !== 'server' || sent === '') return;
      const answer = { side, statements: kindOf(sent), type };
      answers.set(JSON.stringify(answer), answer);
    },
    ended: () => {},
  });
  const source = made.use(await startProxy(pair.source, recorder('source')));
  const central = made.use(await startProxy(pair.central, recorder('central')));
  const home = made.use(badPlace(pair, { source, central, sync: { parallelTables: 2 } }));
  const engine = made.use(
    openEngine(systemPorts({ log: () => {} }), {
      folder: home.folder,
      settings: loadSettings(home.folder),
      timeouts: TIMEOUTS,
      retry: { firstDelayMs: 20, longestDelayMs: 200 },
    }),
  );
  made.defer(() => rmSync(fileOf(home.folder), { force: true }));
  const kept = made.move();
  return {
    pair,
    folder: home.folder,
    proxies: { source, central },
    engine,
    answers: () => {
      const all = [...answers.values()];
      answers.clear();
      return all;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const NAMES = ['b', 'a', 'large', 'log'];

/** Small tables tied by a foreign key, one of several chunks, and one without a key. */
function newTables(round: number): readonly string[] {
  const t = (name: string): string => `r${round}_${name}`;
  return [
    `CREATE TABLE ${t('a')} (id int PRIMARY KEY, note text)`,
    `CREATE TABLE ${t('b')} (id int PRIMARY KEY, a_id int REFERENCES ${t('a')}, note text)`,
    `CREATE TABLE ${t('large')} (id int PRIMARY KEY, note text)`,
    `CREATE TABLE ${t('log')} (at timestamptz, note text)`,
    `INSERT INTO ${t('a')} SELECT g, 'n' || g FROM generate_series(1, 200) g`,
    `INSERT INTO ${t('b')} SELECT g, g, 'n' || g FROM generate_series(1, 200) g`,
    `INSERT INTO ${t('large')} SELECT g, 'n' || g FROM generate_series(1, 1200) g`,
    `INSERT INTO ${t('log')} SELECT now(), 'n' || g FROM generate_series(1, 50) g`,
  ];
}

/** A way to run the engine, and what is changed before each time. */
interface Part {
  readonly name: string;
  prepare?(world: World, round: number): Promise<void>;
  run(world: World): Promise<void>;
  /** Whether it may fail, with a reason that goes away by itself, where nothing tries again: a person does. */
  readonly mayFail?: boolean;
}

async function batch({ engine }: World): Promise<void> {
  const { batch: ran } = await sync(engine);
  const failed = engine.batch(ran.batch_id).tables.filter((one) => one.status !== 'completed');
  expect(failed.map((one) => [one.table_name, one.error_code, one.error_message])).toEqual([]);
  expect(ran.status).toBe('completed');
}

async function change({ pair }: World, round: number): Promise<void> {
  await atBranch(
    pair,
    `UPDATE r0_a SET note = 'x${round}' WHERE id IN (7, 8)`,
    `DELETE FROM r0_b WHERE id = ${round + 10}`,
    `UPDATE r0_large SET note = 'x${round}' WHERE id % 2 = 0`,
    `INSERT INTO r0_log VALUES (now(), 'x${round}')`,
  );
}

const PASSPHRASE = 'correct horse battery';

/** Beside the data folder, in which no export may be. */
function fileOf(folder: string): string {
  return `${folder}.export`;
}

async function exported({ engine, folder }: World): Promise<void> {
  const file = fileOf(folder);
  rmSync(file, { force: true });
  await engine.exportConnection({ trigger: 'cli', connection: CONNECTION, file, passphrase: PASSPHRASE });
}

const PARTS: readonly Part[] = [
  {
    name: 'a batch of new tables, where the last ones were dropped',
    prepare: async ({ pair }, round) => {
      const of = (before: number): string => NAMES.map((name) => `r${before}_${name}`).join(', ');
      await atBranch(pair, `DROP TABLE IF EXISTS ${of(round - 1)}`, ...newTables(round));
      // Head office keeps those that were dropped last, and is not to grow.
      if (round > 1) await atCentral(pair, `DROP TABLE IF EXISTS ${of(round - 2)}`);
    },
    run: batch,
  },
  { name: 'a batch of changes', prepare: change, run: batch },
  { name: 'a batch without a change', run: batch },
  {
    name: 'one table',
    prepare: change,
    run: async (world) => {
      for (const table of NAMES) {
        const { status } = await world.engine.syncTable({
          trigger: 'cli',
          connection: CONNECTION,
          table: `r0_${table}`,
        });
        expect(status).toBe('completed');
      }
    },
  },
  {
    name: 'verify',
    run: async ({ engine }) => {
      const { tables } = await engine.verify({ trigger: 'cli' });
      expect(tables.map((one) => one.result)).toEqual(NAMES.map(() => 'equal'));
    },
  },
  {
    name: 'verify with repair',
    prepare: ({ pair }, round) =>
      atCentral(
        pair,
        `UPDATE r0_a SET note = 'edited ${round}' WHERE id = 20`,
        'DELETE FROM r0_b WHERE id > 195',
        `UPDATE r0_large SET note = 'edited ${round}' WHERE id = 20`,
      ),
    run: async ({ engine }) => {
      const { tables } = await engine.verify({ trigger: 'cli', repair: true });
      expect(tables.filter((one) => one.failure !== null)).toEqual([]);
    },
  },
  {
    name: 'a dry run',
    run: async ({ engine }) => {
      await engine.dryRun({});
    },
    mayFail: true,
  },
  { name: 'an export', run: exported, mayFail: true },
  {
    name: 'an import',
    // An export is for a first load, so head office forgets what it had.
    prepare: async (world) => {
      await exported(world);
      const tables = NAMES.map((name) => `r0_${name}`).join(', ');
      await atCentral(world.pair, `DROP TABLE ${tables}`, 'DELETE FROM branchline.checkpoints');
    },
    run: async ({ engine, folder }) => {
      const ran = await engine.importFile({ trigger: 'cli', file: fileOf(folder), passphrase: PASSPHRASE });
      expect(ran.status).toBe('completed');
    },
  },
  {
    name: 'the list of tables, and whether servers are in reach',
    run: async ({ engine }) => {
      await engine.listTables(CONNECTION);
      await engine.outOfReach([CONNECTION]);
      await engine.noteServerRuns();
    },
    mayFail: true,
  },
];

/** Runs a part. @throws Error where it takes far too long */
async function inTime(part: Part, world: World): Promise<void> {
  const given = new AbortController();
  const late = sleep(HANGS_MS, undefined, { signal: given.signal }).then(
    () => Promise.reject(new Error(`it was waiting for ${HANGS_MS} ms`)),
    () => {},
  );
  try {
    await Promise.race([part.run(world), late]);
  } catch (error) {
    const isTold = error instanceof SyncFailure && error.detail.kind !== FailureKind.Permanent;
    if (part.mayFail !== true || !isTold) throw error;
  } finally {
    given.abort();
  }
}

/** What goes wrong with a part where an answer is lost; null if nothing does. */
async function loseOne(part: Part, world: World, answer: Answer, round: number): Promise<unknown> {
  const { pair, proxies } = world;
  await part.prepare?.(world, round);
  const during = (sent: string): boolean => kindOf(sent) === answer.statements;
  void proxies[answer.side].trap({ from: 'server', type: answer.type, during }, 'mute');
  try {
    await inTime(part, world);
    for (const proxy of Object.values(proxies)) proxy.disarm();
    if (part.run !== batch) await batch(world);
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
    return null;
  } catch (error) {
    return { answer, error: String(error) };
  } finally {
    for (const proxy of Object.values(proxies)) proxy.disarm();
  }
}

describe(`whatever a server was asked (seed ${SEED})`, () => {
  test.each(PARTS)(
    'an answer that never comes holds nothing up: $name',
    { timeout: 3_600_000 },
    async (part) => {
      const random = seeded(SEED);
      await using world = await makeWorld();
      await atBranch(world.pair, ...newTables(0));
      await batch(world);
      world.answers();
      await part.prepare?.(world, 1);
      await part.run(world);
      const found = world.answers();
      const places = found.map((answer) => ({ answer, at: random() })).toSorted((a, b) => a.at - b.at);
      const problems: unknown[] = [];

      for (const [index, { answer }] of places.slice(0, LOST).entries())
        problems.push(await loseOne(part, world, answer, index + 2));

      expect(found.length).toBeGreaterThan(10);
      expect(problems.filter((one) => one !== null)).toEqual([]);
    },
  );
});
