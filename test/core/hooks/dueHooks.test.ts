import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { dueHooks, hookMemory } from '../../../src/core/hooks/hookMemory.ts';
import { changeSettings, withJournal } from '../../service/support.ts';
import { atBranch, fromCentral, sync } from '../../support/branch.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { startRunner } from '../../support/runner.ts';
import { branchWithItems, hookEnds, isAlive, linesOf, shell } from './support.ts';

const NOTE = shell('echo "$BRANCHLINE_HOOK $BRANCHLINE_STATUS $BRANCHLINE_TABLES_FAILED" >> notes');
const WHENS = ['success', 'failure', 'always', 'changed'] as const;
const ONE_OF_EACH = WHENS.map((when) => ({ name: when, when, command: NOTE }));

test('each hook runs when its setting says so, after a completed, an unchanged and a failed batch', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, { hooks: ONE_OF_EACH });
  await using engine = home.open();
  let seen = 0;
  const news = (): readonly string[] => {
    const all = linesOf(home.folder, 'notes');
    const fresh = all.slice(seen);
    seen = all.length;
    return fresh;
  };
  await sync(engine);
  expect(news()).toEqual(['success completed 0', 'always completed 0', 'changed completed 0']);
  await sync(engine);
  expect(news()).toEqual(['success completed 0', 'always completed 0']);
  await atBranch(
    pair,
    'INSERT INTO item VALUES (9, 9)',
    'CREATE TABLE hidden (id int PRIMARY KEY)',
    `REVOKE ALL ON hidden FROM ${pair.source.user}`,
  );
  const { batch } = await sync(engine);
  expect(batch.status).toBe('failed');
  expect(news()).toEqual(['failure failed 1', 'always failed 1', 'changed failed 1']);
  // Resumed without success: its rows are those of before, so nothing has changed.
  await engine.resume(batch.batch_id, { trigger: 'cli' });
  expect(news()).toEqual(['failure failed 1', 'always failed 1']);
});

test('a hook for changes that has failed is owed by the next batch, even if that changes nothing', async () => {
  await using pair = await branchWithItems();
  const command = shell('test -e ready');
  using home = makeHome(pair, { hooks: [{ name: 'owed', when: 'changed', command }] });
  await using engine = home.open();
  const ends = hookEnds(engine);
  await sync(engine);
  await sync(engine);
  expect(ends.map((one) => one.outcome)).toEqual(['failed', 'failed']);
  writeFileSync(join(home.folder, 'ready'), '');
  await sync(engine);
  await sync(engine);
  expect(ends.map((one) => one.outcome)).toEqual(['failed', 'failed', 'done']);
});

test('of two connections a hook sees those that it names', async () => {
  await using pair = await branchWithItems();
  const command = shell('echo "$BRANCHLINE_HOOK $BRANCHLINE_CONNECTIONS $BRANCHLINE_STATUS" >> notes');
  using home = makeHome(pair, {
    central: { layout: 'schema' },
    connection: { targetSchema: 'one' },
    others: [{ id: 'other', targetSchema: 'two', schema: 'elsewhere', tables: ['gone'] }],
    hooks: [
      { name: 'all', when: 'always', command },
      { name: 'good', connections: [CONNECTION], command },
      { name: 'bad', connections: ['other'], when: 'failure', command },
      { name: 'bad done', connections: ['other'], command },
    ],
  });
  await using engine = home.open();
  const { batch } = await sync(engine);
  expect(batch.status).toBe('failed');
  expect(linesOf(home.folder, 'notes')).toEqual([
    `all ${CONNECTION},other failed`,
    `good ${CONNECTION} completed`,
    'bad other failed',
  ]);
  await sync(engine, { connections: [CONNECTION] });
  expect(linesOf(home.folder, 'notes').slice(3)).toEqual([
    `all ${CONNECTION} completed`,
    `good ${CONNECTION} completed`,
  ]);
});

test('after kill -9 a hook that had begun is not repeated, and one that had not runs once', async () => {
  await using pair = await branchWithItems();
  const hooks = [
    { name: 'first', command: shell('echo $$ > pid; echo first >> notes; exec sleep 600') },
    { name: 'second', command: shell('echo "second $BRANCHLINE_BATCH $BRANCHLINE_ROWS_WRITTEN" >> notes') },
  ];
  using home = makeHome(pair, { hooks });
  const runner = await startRunner(home.folder);
  const { batchId } = await runner.event('hook_started', (event) => event.hook === 'first');
  await vi.waitFor(() => expect(linesOf(home.folder, 'notes')).toEqual(['first']));
  await runner.kill();
  // Nobody can end it any more.
  const pid = Number(linesOf(home.folder, 'pid')[0]);
  expect(isAlive(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');

  await using engine = home.open();
  const ends = hookEnds(engine);
  expect(engine.batch(batchId).batch.status).toBe('completed');
  await engine.finishHooks({ trigger: 'cli' });
  expect(ends).toMatchObject([
    { hook: 'first', outcome: 'cut_off' },
    { hook: 'second', outcome: 'done' },
  ]);
  expect(linesOf(home.folder, 'notes')).toEqual(['first', `second ${batchId} 3`]);
  await engine.finishHooks({ trigger: 'cli' });
  expect(ends).toHaveLength(2);
  const log = engine.log({ batchId }).filter((line) => line.event.startsWith('hook_'));
  expect(log.map(({ event, detail }) => `${event} ${detail.hook}`)).toEqual([
    'hook_started first',
    'hook_ended first',
    'hook_started second',
    'hook_ended second',
  ]);
});

test('SQL that kill -9 has cut off is noted before the next batch begins, and runs after it', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [{ name: 'slow', sql: ['CREATE TABLE reports.mark ()', 'SELECT pg_catalog.pg_sleep(600)'] }],
  });
  const runner = await startRunner(home.folder);
  await runner.event('hook_started');
  const isThere = "SELECT 1 FROM pg_tables WHERE tablename = 'mark' AND schemaname = 'reports'";
  await vi.waitFor(async () => expect(await fromCentral(pair, isThere)).toHaveLength(1));
  await runner.kill();
  await using engine = home.open();
  const seen: string[] = [];
  engine.on((event) => {
    if (event.type === 'hook_ended') seen.push(`${event.end.outcome} ${event.end.message ?? ''}`);
    if (event.type === 'batch_started') seen.push(event.type);
  });
  await sync(engine);
  expect(seen).toEqual(['cut_off ', 'batch_started', expect.stringContaining('(42P07)')]);
});

test('a shutdown ends a hook and leaves the next for the next start; a person’s stop means all of them', async () => {
  await using pair = await branchWithItems();
  const hooks = [
    { name: 'slow', command: shell('sleep 600 & wait') },
    { name: 'next', command: NOTE },
  ];
  for (const [reason, left] of [
    ['shutdown', ['next']],
    ['user', []],
  ] as const) {
    using home = makeHome(pair, { hooks });
    await using engine = home.open();
    const ends = hookEnds(engine);
    const stop = new AbortController();
    engine.on((event) => void (event.type === 'hook_started' && stop.abort(reason)));
    const batch = await engine.syncAll(
      { trigger: 'cli', acceptSources: [CONNECTION] },
      { stop: stop.signal },
    );
    expect(batch.status).toBe('completed');
    expect(ends.map((one) => `${one.hook} ${one.outcome}`)).toEqual(
      reason === 'user' ? ['slow stopped', 'next stopped'] : ['slow stopped'],
    );
    expect(withJournal(home.folder, (journal) => dueHooks(journal).map((one) => one.hook))).toEqual(left);
    expect(linesOf(home.folder, 'notes')).toEqual([]);
    await atBranch(pair, 'UPDATE item SET qty = qty');
    if (reason === 'shutdown') {
      await engine.finishHooks({ trigger: 'cli' });
      expect(linesOf(home.folder, 'notes')).toEqual(['next completed 0']);
    }
  }
});

test('a run that was stopped, a dry run, a verify, an export and an import have no hooks', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, { hooks: ONE_OF_EACH });
  await using engine = home.open();
  const ends = hookEnds(engine);
  const stopped = await engine.syncAll({ trigger: 'cli' }, { stop: AbortSignal.abort('user') });
  expect(stopped.status).toBe('interrupted');
  await engine.dryRun({});
  using disk = makeHome(pair);
  const file = join(disk.folder, 'branch.export');
  const passphrase = 'seven words are enough for this test';
  await engine.exportConnection({ trigger: 'cli', connection: CONNECTION, file, passphrase });
  const imported = await engine.importFile({ trigger: 'cli', file, passphrase });
  expect(imported.status).toBe('completed');
  await engine.verify({ trigger: 'cli' });
  expect(ends).toEqual([]);
  expect(linesOf(home.folder, 'notes')).toEqual([]);
});

test('a hook runs when all of the batch is committed, and what is remembered of removed ones goes', async () => {
  await using pair = await branchWithItems();
  const sql = 'CREATE TABLE reports.seen AS SELECT pg_catalog.count(*) AS rows FROM public.item';
  using home = makeHome(pair, { hooks: [{ name: 'a', sql }] });
  {
    await using engine = home.open();
    await sync(engine);
  }
  expect(await fromCentral(pair, 'SELECT rows FROM reports.seen')).toEqual([['3']]);
  changeSettings(home.folder, { hooks: { afterBatch: [{ name: 'b', command: ['no-such-program'] }] } });
  await using engine = home.open();
  await sync(engine);
  withJournal(home.folder, (journal) => {
    expect(hookMemory(journal, 'b').failing).toMatchObject({
      batchSucceeded: true,
      reason: { outcome: 'not_started' },
    });
    expect(journal.serviceNote('hooks')).not.toHaveProperty('a');
  });
});

test('a failed hook for failures is of no concern any more once a batch has succeeded', async () => {
  await using pair = await branchWithItems();
  await atBranch(pair, 'CREATE TABLE hidden (id int)', `REVOKE ALL ON hidden FROM ${pair.source.user}`);
  using home = makeHome(pair, { hooks: [{ name: 'alarm', when: 'failure', command: shell('exit 1') }] });
  await using engine = home.open();
  expect((await sync(engine)).batch.status).toBe('failed');
  expect(engine.standing().hooks).toMatchObject([{ hook: 'alarm', failing: { batchSucceeded: false } }]);
  await atBranch(pair, 'DROP TABLE hidden');
  expect((await sync(engine)).batch.status).toBe('completed');
  // Left out, so that nobody is told that it works again.
  expect(engine.standing().hooks).toEqual([]);
});
