import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/core/engine.ts';
import { WorkerLinks } from '../../src/core/load/links.ts';
import type { Links } from '../../src/core/load/pass.ts';
import { systemClock, systemPorts } from '../../src/core/ports.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/core/postgres/session.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { watched } from '../../src/core/table/watchdog.ts';
import { FailureCode } from '../../src/shared/errors.ts';
import { sayLogRow } from '../../src/shared/texts/logLine.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { atBranch, atCentral, fromCentral, sync } from '../support/branch.ts';
import { differences } from '../support/compare.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, listen } from '../support/home.ts';
import { startProxy } from '../support/proxy.ts';
import type { Pattern } from '../support/proxyTraps.ts';
import { badPlace } from './support/place.ts';
import { SENTENCES } from './support/sentences.ts';
import { retries, toldOf } from './support/told.ts';

const TABLE = [
  'CREATE TABLE item (id int PRIMARY KEY, note text)',
  "INSERT INTO item SELECT g, 'n' || g FROM generate_series(1, 2000) g",
];

/** Every other time limit is far away. */
const ONLY_WATCHED: Partial<Timeouts> = {
  answerMs: 600_000,
  workMs: 600_000,
  firstRowMs: 600_000,
  idleMs: 600_000,
  stallMs: 600_000,
  progressMs: 1000,
};

function watchedEngine(home: Home, timeouts: Partial<Timeouts> = ONLY_WATCHED) {
  const logged: unknown[] = [];
  const engine = openEngine(
    systemPorts({ log: (_, message, facts) => void logged.push({ message, ...facts }) }),
    {
      folder: home.folder,
      settings: loadSettings(home.folder),
      timeouts,
      retry: { firstDelayMs: 20, longestDelayMs: 200 },
    },
  );
  return { engine, logged };
}

const SWALLOWED: readonly (readonly [string, 'source' | 'central', Pattern])[] = [
  ['the end of the rows', 'source', { from: 'server', type: 'c', during: /COPY .*"item"/s }],
  ['that the branch has done the copy', 'source', { from: 'server', type: 'C', during: /COPY .*"item"/s }],
  ['that the branch is ready again', 'source', { from: 'server', type: 'Z', during: /COPY .*"item"/s }],
  [
    'rows in the middle, and all after them',
    'source',
    { from: 'server', type: 'd', during: /"item"/, after: 700 },
  ],
  ['that central is ready for rows', 'central', { from: 'server', type: 'G', during: /COPY .*item/s }],
  ['that central has taken the rows', 'central', { from: 'server', type: 'C', during: /COPY .*item/s }],
];

describe('a table of which nothing moves any more', () => {
  test.each(SWALLOWED)('is named, cut and tried again: lost was %s', async (_, side, pattern) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TABLE);
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, sync: { parallelTables: 1, chunkRows: 100_000 } });
    const { engine: opened, logged } = watchedEngine(home);
    await using engine = opened;
    const events = listen(engine);
    const sprung = proxy.trap(pattern, 'mute');

    const { batch, table } = await sync(engine);

    await sprung;
    expect(retries(events, 'item').map(({ code }) => code)).toEqual([FailureCode.NoProgress]);
    const told = retries(events, 'item').map((one) => ({ ...one, params: { ...one.params, seconds: 60 } }));
    expect(told.map((one) => toldOf(one, 'item'))).toEqual([SENTENCES.noProgress(side)]);
    expect(logged).toContainEqual(
      expect.objectContaining({ connection: CONNECTION, table: 'item', seconds: 1 }),
    );
    expect(batch.status).toBe('completed');
    expect(table('item').retry_count).toBe(1);
    expect(await fromCentral(pair, 'SELECT count(*) FROM item')).toEqual([['2000']]);
    // It is in the event log too, for whoever asks later.
    expect(engine.log({ limit: 100 }).some((line) => JSON.stringify(line).includes('no_progress'))).toBe(
      true,
    );
  });

  test('is left alone while the branch thinks before the first row, and between rows', async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      `CREATE VIEW slow AS SELECT g AS id, pg_sleep(CASE WHEN g IN (1, 500) THEN 3 ELSE 0 END)::text AS s
       FROM generate_series(1, 1000) g`,
      'GRANT SELECT ON slow TO PUBLIC',
    );
    using home = badPlace(pair, { connection: { tables: ['slow'] } });
    const { engine: opened } = watchedEngine(home, { progressMs: 400 });
    await using engine = opened;
    const events = listen(engine);

    const { batch } = await sync(engine);

    expect(retries(events, 'slow')).toEqual([]);
    expect(batch.status).toBe('completed');
  });

  test.each([
    ['source', 'slow_source', 'the branch database has been at work on one statement for'],
    ['central', 'slow_central', 'the head office database has been at work on one statement for'],
  ] as const)('is told once where the %s works for minutes without a byte', async (side, code, words) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TABLE);
    using home = badPlace(pair, { connection: { tables: [side === 'source' ? 'slow' : 'item'] } });
    const { engine: opened } = watchedEngine(home, { progressMs: 400 });
    await using engine = opened;
    if (side === 'source') {
      await atBranch(
        pair,
        'CREATE VIEW slow AS SELECT 1 AS id, pg_sleep(8)::text AS s',
        'GRANT SELECT ON slow TO PUBLIC',
      );
    } else {
      await sync(engine);
      await atCentral(
        pair,
        `CREATE FUNCTION think() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
           IF NEW.id = 7 THEN PERFORM pg_sleep(8); END IF; RETURN NEW; END $$`,
        'CREATE TRIGGER think BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION think()',
      );
      await atBranch(pair, "UPDATE item SET note = 'other' WHERE id = 7");
    }

    const { batch } = await sync(engine);

    const told = engine.log({ batchId: batch.batch_id }).filter((row) => row.event === 'notice');
    expect(told.map((row) => row.detail)).toEqual([{ code, seconds: 2 }]);
    expect(told.map((row) => sayLogRow(row, createTranslator('en')))).toEqual([
      expect.stringContaining(words),
    ]);
  });

  test('is left alone while central thinks', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TABLE);
    using home = badPlace(pair);
    const { engine: opened } = watchedEngine(home, { progressMs: 400 });
    await using engine = opened;
    const events = listen(engine);
    await sync(engine);
    await atCentral(
      pair,
      `CREATE FUNCTION think() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.id = 7 THEN PERFORM pg_sleep(3); END IF; RETURN NEW; END $$`,
      'CREATE TRIGGER think BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION think()',
    );
    await atBranch(pair, "UPDATE item SET note = 'other' WHERE id IN (7, 8)");

    const { batch, table } = await sync(engine);

    expect(retries(events, 'item')).toEqual([]);
    expect(batch.status).toBe('completed');
    expect(table('item').records_processed).toBe(2);
  });

  test('is left alone while the cap on the link holds its rows back', async () => {
    await using pair = await freshDatabases();
    await atBranch(
      pair,
      'CREATE TABLE item (id int PRIMARY KEY, note text)',
      "INSERT INTO item SELECT g, repeat('n', 20000) FROM generate_series(1, 2) g",
    );
    // 8 bytes a millisecond: each row holds the next one back for 2.5 s.
    using home = badPlace(pair, { sync: { bandwidthKbps: 64 } });
    const { engine: opened } = watchedEngine(home, { progressMs: 400 });
    await using engine = opened;
    const events = listen(engine);

    const { batch } = await sync(engine);

    expect(retries(events, 'item')).toEqual([]);
    expect(batch.status).toBe('completed');
  });

  test('is left alone while it waits for a lock of somebody else', async () => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TABLE);
    using home = badPlace(pair);
    const { engine: opened } = watchedEngine(home, { progressMs: 400 });
    await using engine = opened;
    const events = listen(engine);
    const other = await pair.source.connectAdmin();
    await other.query('BEGIN; LOCK TABLE adempiere.item IN ACCESS EXCLUSIVE MODE');
    const released = other.query('SELECT pg_sleep(3); COMMIT');

    const { batch } = await sync(engine);

    await released;
    await other.end();
    expect(retries(events, 'item')).toEqual([]);
    expect(batch.status).toBe('completed');
  });

  test('does not hold up the next attempt where the old one never ends, which then leads nowhere', async () => {
    await using pair = await freshDatabases();
    using home = badPlace(pair);
    const settings = loadSettings(home.folder);
    const [connection] = settings.connections;
    if (connection === undefined) throw new Error('no connection');
    const common = { connection: CONNECTION, folder: home.folder, applicationName: 'branchline/x/y' };
    const timeouts = { ...DEFAULT_TIMEOUTS, progressMs: 200 };
    const links = new WorkerLinks(
      systemClock,
      { ...common, side: 'source', endpoint: connection, timeouts },
      { ...common, side: 'central', endpoint: settings.central, timeouts },
    );
    const logger = { log: () => {} };
    const watch = { links, connection: CONNECTION, table: 'item', logger, tell: () => {} };
    const throttle = { pieceBytes: Number.POSITIVE_INFINITY, acquire: () => Promise.resolve() };
    let kept: Links | null = null;

    const ended = watched({ ...watch, throttle }, async (tools) => {
      kept = tools.links;
      await kept.source();
      await new Promise(() => {});
    });

    await expect(ended).rejects.toMatchObject({
      detail: { code: FailureCode.NoProgress, kind: 'transient' },
    });
    const late = kept as Links | null;
    await expect(late?.central()).rejects.toThrow('given up');
    await expect(
      watched({ ...watch, throttle }, async (tools) => (await tools.links.source()).version),
    ).resolves.toBeGreaterThan(110000);
    await links.close();
  });
});

const TOGETHER = ['a', 'b', 'c'].flatMap((name) => [
  `CREATE TABLE ${name} (id int PRIMARY KEY, note text)`,
  `INSERT INTO ${name} SELECT g, 'n' || g FROM generate_series(1, 200) g`,
]);

const LOST_TOGETHER: readonly (readonly [string, 'source' | 'central', string | null, Pattern])[] = [
  [
    'the rows of a table that was just made',
    'source',
    null,
    { from: 'server', type: 'C', during: /COPY .*"b"/s },
  ],
  ['that central has taken them', 'central', null, { from: 'server', type: 'C', during: /COPY .*"b"/s }],
  [
    'which tables have changed',
    'source',
    "UPDATE b SET note = 'other' WHERE id = 7",
    { from: 'server', type: 'C', during: /LOCK TABLE .*"a".*"b"/s },
  ],
  [
    'that central has noted what has not changed',
    'central',
    'SELECT 1',
    { from: 'server', type: 'C', during: /UPDATE branchline.checkpoints/s },
  ],
  [
    'that central has taken the changes',
    'central',
    "UPDATE b SET note = 'other' WHERE id = 7; UPDATE c SET note = 'other' WHERE id = 7",
    { from: 'server', type: 'C', during: /COPY .*stage_/s },
  ],
];

describe('tables that are worked on together, of which nothing moves any more', () => {
  test.each(LOST_TOGETHER)('have their own turns: lost was %s', async (_, side, change, pattern) => {
    await using pair = await freshDatabases();
    await atBranch(pair, ...TOGETHER);
    await using proxy = await startProxy(pair[side]);
    using home = badPlace(pair, { [side]: proxy, sync: { parallelTables: 1 } });
    const { engine: opened, logged } = watchedEngine(home);
    await using engine = opened;
    if (change !== null) {
      await sync(engine);
      await atBranch(pair, change);
    }
    const sprung = proxy.trap(pattern, 'mute');

    const { batch } = await sync(engine);

    await sprung;
    expect(logged).toContainEqual(
      expect.objectContaining({ connection: CONNECTION, table: expect.stringContaining('b'), seconds: 1 }),
    );
    expect(batch.status).toBe('completed');
    expect(await differences(pair, { connection: CONNECTION })).toEqual([]);
  });
});
