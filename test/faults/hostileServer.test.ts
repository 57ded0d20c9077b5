import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/core/engineApi.ts';
import { testDraft } from '../../src/core/probe/connectionTest.ts';
import { FailureCode } from '../../src/shared/errors.ts';
import type { Draft } from '../../src/shared/settings.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { windowAppOn } from '../app/support.ts';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import {
  type FakePostgres,
  nextStatement,
  type Script,
  startFakePostgres,
  welcome,
} from '../support/fakePostgres.ts';
import { error, message } from '../support/fakePostgresMessages.ts';
import { fuzzedServer } from '../support/fuzzedServer.ts';
import { type Home, listen, makeHome } from '../support/home.ts';
import { AT_SIGN_IN, IN_AN_ANSWER } from '../support/hostileServers.ts';
import { seeded } from './support/random.ts';

/** `BRANCHLINE_FUZZ_SEED=1 npx vitest run test/faults/hostileServer.test.ts` */
const SEED = Number(process.env.BRANCHLINE_FUZZ_SEED ?? Date.now() % 1_000_000);
const RUNS = 12;
const FAKE = 'pgsql_fake';

let pair: DatabasePair;
let fake: FakePostgres;
beforeAll(async () => {
  pair = await freshDatabases();
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    'INSERT INTO item VALUES (1), (2)',
    'GRANT SELECT ON item TO PUBLIC',
  );
  fake = await startFakePostgres(async () => undefined);
});
afterAll(async () => {
  await fake[Symbol.asyncDispose]();
  await pair.drop();
});

const place = () => ({ host: fake.host, port: fake.port, sslmode: 'disable', connectTimeoutSeconds: 2 });

/** A branch that is as it should be, and one whose server is the fake. */
function twoBranches(): Home {
  const home = makeHome(pair, { connection: { tables: ['item'] } });
  const file = join(home.folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { connections: object[] };
  const [real] = settings.connections;
  settings.connections.push({ ...real, ...place(), id: FAKE, tables: ['item'], targetSchema: 'fake' });
  writeFileSync(file, JSON.stringify(settings));
  return home;
}

async function expectRealOneCopied(engine: Engine): Promise<void> {
  const batch = await engine.syncAll({ trigger: 'cli' });
  const { tables } = engine.batch(batch.batch_id);
  expect(tables.find((one) => one.connection !== FAKE)).toMatchObject({ status: 'completed' });
  const t = createTranslator('en');
  for (const one of tables.filter((table) => table.connection === FAKE)) {
    expect(one.status).not.toBe('in_progress');
    if (one.error_code === null) continue;
    const code = Object.values(FailureCode).find((known) => known === one.error_code);
    expect(code).toBeDefined();
    expect(t.failure({ code: code ?? 'internal', params: {} }).sentence).not.toBe('');
  }
}

const ANSWERS: readonly (readonly [string, Script])[] = IN_AN_ANSWER.filter(
  ([name]) => !/drips|nothing|endless/.test(name),
).map(([name, script]) => [name, script]);

describe('a branch server that', () => {
  test.each(ANSWERS)('%s leaves the other branch to be copied', async (_, script) => {
    fake.script = script;
    using home = twoBranches();
    await using engine = home.open();
    await expectRealOneCopied(engine);
  });

  test(`says anything, seed ${SEED}, leaves the other branch to be copied and compared`, async () => {
    let begun = 0;
    fake.script = (client) => fuzzedServer(seeded(SEED + begun++))(client);
    using home = twoBranches();
    await using engine = home.open();
    for (let i = 0; i < RUNS; i++) {
      await expectRealOneCopied(engine);
      const report = await engine.verify({ trigger: 'cli' });
      expect(report.tables.find((one) => one.connection !== FAKE)?.result).toBe('equal');
    }
  });
});

test(`a head office that says anything, seed ${SEED}, fails the batch and nothing else`, async () => {
  let begun = 0;
  fake.script = (client) => fuzzedServer(seeded(SEED + begun++))(client);
  using home = makeHome(pair, { connection: { tables: ['item'] }, central: place() });
  await using engine = home.open();
  for (let i = 0; i < RUNS; i++) {
    const batch = await engine.syncAll({ trigger: 'cli' });
    expect(['failed', 'interrupted']).toContain(batch.status);
  }
});

test(`testing a connection to a server that says anything, seed ${SEED}, names a step that failed, or none`, async () => {
  let begun = 0;
  fake.script = (client) => fuzzedServer(seeded(SEED + begun++))(client);
  using home = makeHome(pair);
  const { host, port } = fake;
  const at = { host, port, database: 'x', user: 'y', sslmode: 'prefer', connectTimeoutSeconds: 2 } as const;
  const drafts: readonly Draft[] = [
    { kind: 'source', connection: { id: 'x', ...at } },
    { kind: 'central', central: at },
  ];
  for (let i = 0; i < RUNS * 2; i++) {
    const steps = await testDraft(home.folder, drafts[i % 2] as Draft, 'some-password');
    expect(steps.length).toBeGreaterThan(1);
  }
});

describe('what there is to copy, asked of a server in set-up', () => {
  const draft = (sslmode: 'disable' | 'prefer'): Draft => ({
    kind: 'source',
    connection: { id: 'x', ...place(), sslmode, database: 'x', user: 'y', connectTimeoutSeconds: 1 },
  });
  const REPEATED = 'a-password-that-is-repeated';

  /** What the window is told. */
  async function discovered(sslmode: 'disable' | 'prefer'): Promise<unknown> {
    using home = makeHome(pair);
    const before = readFileSync(join(home.folder, 'settings.json'));
    const told = await windowAppOn(home.folder).windowApp.answer('discover', [draft(sslmode), REPEATED]);
    expect(readFileSync(join(home.folder, 'settings.json')).equals(before)).toBe(true);
    return told;
  }

  // Those that never answer are given up by time limits, which `waits` tests.
  const hostile = [...AT_SIGN_IN, ...IN_AN_ANSWER].filter(([name]) => !/^drips|^sends nothing/.test(name));
  test.each(hostile)('that %s, is refused by a code', async (_, script, code) => {
    fake.script = script;
    // The same failure has the other side's name at a branch.
    const here = code.replace(/^central_/, 'source_');
    expect(await discovered('disable')).toMatchObject({
      ok: false,
      refusal: { kind: 'failure', failure: { code: here } },
    });
    await expect.poll(() => fake.connections.open).toBe(0);
  });

  test('is a list or a refusal whatever a server says', async () => {
    let begun = 0;
    fake.script = (client) => fuzzedServer(seeded(SEED + begun++))(client);
    for (let i = 0; i < RUNS * 5; i++) {
      const told = await discovered('prefer');
      expect(JSON.stringify(told), `seed ${SEED}`).not.toMatch(/"code":"internal"|\bat \S+ \(/);
      expect(JSON.stringify(told)).not.toContain(REPEATED);
    }
  });
});

test('a password that a server repeats is nowhere in journal, events and the bundle for support (C8)', async () => {
  const { password } = pair.source;
  fake.script = async (client) => {
    await welcome(client);
    await nextStatement(client);
    const said = `bad ${password} ${encodeURIComponent(password)} ${Buffer.from(password).toString('base64')}`;
    await client.send(
      error({ S: 'ERROR', V: 'ERROR', C: 'P0001', M: said, D: said, W: said }),
      message('Z', Buffer.from('I')),
    );
    await client.until();
  };
  using home = twoBranches();
  await using engine = home.open();
  const events = listen(engine);
  await engine.syncAll({ trigger: 'cli' });
  const bundle = await windowAppOn(home.folder).value('bundle');
  const told = JSON.stringify([events, engine.batches(20), engine.latestBatch(), bundle]);
  expect(told).toContain('bad *** *** ***');
  const journal = ['journal.db', 'journal.db-wal'].map((name) =>
    readFileSync(join(home.folder, name), 'latin1'),
  );
  const base64 = Buffer.from(password).toString('base64').replace(/=+$/, '');
  for (const text of [told, ...journal]) {
    expect(text).not.toContain(password);
    expect(text).not.toContain(base64);
  }
});
