import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { sync } from '../../support/branch.ts';
import { CONNECTION, makeHome } from '../../support/home.ts';
import { branchWithItems, hookEnds, isAlive, linesOf, shell } from './support.ts';

afterEach(() => vi.unstubAllEnvs());

test('a program gets its arguments as written, and an environment without secrets', async () => {
  vi.stubEnv('HQ_SECRET', 'correct horse');
  vi.stubEnv('OTHER', 'not for programs');
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    connection: { ssh: undefined },
    hooks: [
      {
        name: 'told',
        command: ['/bin/sh', '-c', 'printf "%s|" "$@"; cat; env | sort', 'sh', '$HOME; `id`', 'b c', ''],
      },
    ],
  });
  await using engine = home.open();
  const ends = hookEnds(engine);
  const { batch } = await sync(engine);
  expect(ends).toMatchObject([{ hook: 'told', what: 'command', outcome: 'done', exitCode: 0 }]);
  const output = ends[0]?.output ?? '';
  // No input to wait for, and no shell that would have expanded anything.
  expect(output.startsWith('$HOME; `id`|b c||')).toBe(true);
  const env = Object.fromEntries(
    output.split('\n').map((line) => [line.split('=')[0]?.split('|').at(-1), line.split('=')[1]]),
  );
  expect(env).toMatchObject({
    BRANCHLINE_HOOK: 'told',
    BRANCHLINE_BATCH: batch.batch_id,
    BRANCHLINE_CONNECTIONS: CONNECTION,
    BRANCHLINE_STATUS: 'completed',
    BRANCHLINE_TABLES: '1',
    BRANCHLINE_TABLES_FAILED: '0',
    BRANCHLINE_ROWS_WRITTEN: '3',
    BRANCHLINE_ROWS_DELETED: '0',
  });
  expect(output).not.toMatch(/HQ_SECRET|OTHER|correct horse|not for programs/);
});

test('a program that fails, is missing, or is killed is told as that, and the batch stays completed', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [
      { name: 'code', command: shell('echo out of paper >&2; exit 7') },
      { name: 'missing', command: ['no-such-program-here'] },
      { name: 'relative', command: ['./tell.sh', 'x'] },
      { name: 'plain file', command: ['./settings.json'] },
      { name: 'killed', command: shell('kill -9 $$') },
    ],
  });
  writeFileSync(join(home.folder, 'tell.sh'), '#!/bin/sh\necho "$1 in $PWD"\n', { mode: 0o700 });
  await using engine = home.open();
  const ends = hookEnds(engine);
  const { batch } = await sync(engine);
  expect(batch.status).toBe('completed');
  expect(ends).toMatchObject([
    { hook: 'code', outcome: 'failed', exitCode: 7, output: 'out of paper' },
    { hook: 'missing', outcome: 'not_started', message: expect.stringContaining('ENOENT') },
    { hook: 'relative', outcome: 'done', output: `x in ${home.folder}` },
    { hook: 'plain file', outcome: 'not_started', message: expect.stringContaining('EACCES') },
    { hook: 'killed', outcome: 'failed', exitCode: null, message: 'SIGKILL' },
  ]);
  const lines = engine.log({ batchId: batch.batch_id }).filter((line) => line.event === 'hook_ended');
  expect(lines.map(({ detail }) => [detail.hook, detail.outcome, detail.exitCode])).toEqual(
    ends.map(({ hook, outcome, exitCode }) => [hook, outcome, exitCode]),
  );
});

test('what is not done in time is ended with all that it has started', async () => {
  await using pair = await branchWithItems();
  const stubborn = "(trap '' TERM; sleep 600 & echo $! >> pids; sleep 600) & echo $! >> pids; sleep 600";
  using home = makeHome(pair, { hooks: [{ command: shell(stubborn), timeoutSeconds: 1 }] });
  await using engine = home.open();
  const ends = hookEnds(engine);
  await sync(engine);
  expect(ends).toMatchObject([{ outcome: 'timed_out', exitCode: null }]);
  const pids = linesOf(home.folder, 'pids').map(Number);
  expect(pids).toHaveLength(2);
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]));
});

test('what a program leaves behind holds nothing up and is ended', async () => {
  await using pair = await branchWithItems();
  using home = makeHome(pair, {
    hooks: [
      { name: 'left', command: shell('sleep 600 & echo $! > pid; echo done') },
      // In a session of its own it is out of reach, and still holds the output open.
      { name: 'away', command: shell('setsid sleep 20 & echo away') },
    ],
  });
  await using engine = home.open();
  const ends = hookEnds(engine);
  await sync(engine);
  expect(ends).toMatchObject([
    { outcome: 'done', output: 'done' },
    { outcome: 'done', output: 'away' },
  ]);
  expect(ends[1]?.seconds).toBeLessThan(5);
  await vi.waitFor(() => expect(linesOf(home.folder, 'pid').map(Number).filter(isAlive)).toEqual([]));
});

test('of megabytes of output the end is kept, with escapes written out and secrets hidden', async () => {
  await using pair = await branchWithItems();
  const secret = pair.central.password;
  using home = makeHome(pair, {
    hooks: [
      { name: 'much', command: shell("head -c 8000000 /dev/zero | tr '\\0' x; echo; echo the end") },
      { name: 'escapes', command: shell(String.raw`printf '\033]0;owned\007\033[2Jred\r\n\377\n'`) },
      { name: 'secrets', command: shell('cat pgpass; printf "%s" "$(cut -d: -f5 pgpass | base64)"') },
      // The secret stands where the output is cut.
      { name: 'cut', command: shell("cut -d: -f5 pgpass | tail -1; head -c 16380 /dev/zero | tr '\\0' y") },
    ],
  });
  await using engine = home.open();
  const ends = hookEnds(engine);
  const { batch } = await sync(engine);
  const [much, escapes, secrets, cut] = ends.map((one) => one.output);
  expect(much).toBe('…\nthe end');
  expect(escapes).toBe('\\u001b]0;owned\\u0007\\u001b[2Jred\n\ufffd');
  expect(secrets).toContain('***');
  expect(secret.length).toBeGreaterThan(3);
  expect(secrets).not.toContain(secret);
  expect(cut?.length).toBeLessThan(16_500);
  for (let at = 0; at + 4 <= secret.length; at++) expect(cut).not.toContain(secret.slice(at, at + 4));
  expect(JSON.stringify(engine.log({ batchId: batch.batch_id })).length).toBeLessThan(100_000);
});
