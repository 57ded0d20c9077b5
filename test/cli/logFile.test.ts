import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type CliContext, createContext } from '../../src/cli/context.ts';
import { createFileLogger, writeCrashLog } from '../../src/cli/logFile.ts';
import { reportError } from '../../src/cli/reportError.ts';
import { SyncFailure, UsageError } from '../../src/shared/errors.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A context whose words are caught instead of printed. */
function catching(json = false): { context: CliContext; lines: string[]; objects: unknown[] } {
  const world = { ...process, argv: [], homedir: folder, stdout: process.stdout, stderr: process.stderr };
  const lines: string[] = [];
  const objects: unknown[] = [];
  const real = createContext(world, createTranslator('en'), { color: false, dataDir: folder, json });
  const context: CliContext = {
    ...real,
    printError: (more) => lines.push(...more),
    printJson: (value) => objects.push(value),
  };
  return { context, lines, objects };
}

it('an unexpected error is reported in words, and its stack is in the log', async () => {
  const { context, lines } = catching();
  expect(reportError(new TypeError('x is not a function'), context)).toBe(1);
  const [name = ''] = await readdir(join(folder, 'logs'));
  const file = join(folder, 'logs', name);
  expect(lines.join('\n')).toContain(file);
  expect(lines.join('\n')).not.toMatch(/TypeError|\n\s+at /);
  expect(JSON.parse(await readFile(file, 'utf8')).stack).toMatch(/x is not a function\n\s+at /);
});

it('errors as JSON have code, what, means, next and params', () => {
  const { context, objects } = catching(true);
  reportError(new UsageError('connection_unknown', { connection: 'a', nearest: 'b' }), context);
  expect(objects).toEqual([
    {
      error: {
        code: 'connection_unknown',
        what: 'There is no connection "a".',
        means: 'The settings do not have a branch database with this id.',
        next: 'Did you mean b? See them all with "branchline connection list".',
        params: { connection: 'a', nearest: 'b' },
      },
    },
  ]);
});

it.each([
  ['lease_held', 75],
  ['batch_running', 75],
  ['service_running', 75],
  ['batch_unknown', 2],
  ['demo_failed', 1],
  ['demo_not_shipped', 2],
] as const)('%s ends with %d', (code, exit) => {
  expect(reportError(new UsageError(code), catching().context)).toBe(exit);
});

it('a failure of a database ends with 1 and shows the server’s own words', () => {
  const { context, lines } = catching();
  const detail = {
    code: 'central_disk_full',
    kind: 'permanent',
    message: 'No space left',
    params: {},
  } as const;
  expect(reportError(new SyncFailure(detail), context)).toBe(1);
  expect(lines[1]).toBe('No space left');
});

it('no password of an address gets into the log', async () => {
  createFileLogger(folder).log('info', 'at postgres://reader:hunter2@hq:5432/d', {
    url: 'postgres://u:p%40s@h/d',
  });
  const [name = ''] = await readdir(join(folder, 'logs'));
  const text = await readFile(join(folder, 'logs', name), 'utf8');
  expect(text).toContain('postgres://reader:***@hq:5432/d');
  expect(text).not.toMatch(/hunter2|p%40s/);
});

it('a month of logs is kept, and no other file is touched', async () => {
  const logs = join(folder, 'logs');
  await mkdir(logs);
  await writeFile(join(logs, 'mine.txt'), '');
  for (let day = 10; day < 45; day += 1) await writeFile(join(logs, `branchline-2025-${day}-01.log`), '');
  createFileLogger(folder);
  const left = await readdir(logs);
  expect(left).toHaveLength(31);
  expect(left).toContain('mine.txt');
  expect(left).toContain('branchline-2025-44-01.log');
});

it('an agent that runs for months keeps a month of its own log, and leaves the commands’ log alone', async () => {
  const logs = join(folder, 'logs');
  await mkdir(logs);
  await writeFile(join(logs, 'branchline-2025-01-01.log'), '');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-01T12:00:00Z') });
  try {
    const logger = createFileLogger(folder, 'agent');
    for (let day = 1; day <= 40; day += 1) {
      logger.log('info', 'a day');
      vi.setSystemTime(Date.now() + 24 * 3_600_000);
    }
  } finally {
    vi.useRealTimers();
  }
  const left = (await readdir(logs)).sort();
  expect(left.filter((name) => name.startsWith('agent-'))).toHaveLength(31);
  expect(left).toContain('agent-2026-02-09.log');
  expect(left).not.toContain('agent-2026-01-01.log');
  expect(left).toContain('branchline-2025-01-01.log');
});

it('a log that cannot be written stops nothing', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, '');
  expect(() => createFileLogger(file).log('info', 'x')).not.toThrow();
  expect(writeCrashLog(file, new Error('x'))).toMatchObject({ ok: false });
});

it.skipIf(process.platform === 'win32')('a pipe in place of today’s log blocks nothing', async () => {
  const file = createFileLogger(folder).file?.() ?? '';
  await mkdir(join(folder, 'logs'));
  execFileSync('mkfifo', [file]);
  // In a process of its own: one that waits for the pipe's reader could not be ended from inside.
  const script = `
    import { createFileLogger, writeCrashLog } from ${JSON.stringify(join(process.cwd(), 'src/cli/logFile.ts'))};
    createFileLogger(${JSON.stringify(folder)}).log('info', 'a line');
    console.log(JSON.stringify(writeCrashLog(${JSON.stringify(folder)}, new Error('x'))));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 10_000,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(JSON.parse(said.toString())).toEqual({
    ok: false,
    reason: 'it is not a plain file (a folder, a pipe or a device)',
  });
});
