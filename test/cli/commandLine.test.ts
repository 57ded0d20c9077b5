import { describe, expect, it } from 'vitest';
import { runCli } from './run.ts';

describe('the help', () => {
  it.each([
    [['--help']],
    [['sync-all', '--help']],
    [['sync-table', '--help']],
    [['sync-status', '--help']],
    [['connection', 'add', '--help']],
    [['demo', '--help']],
  ])('of %o goes to stdout and ends with 0', async (args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: branchline');
    if (args.length > 1) expect(stdout).toContain('Examples:\n  branchline ');
  });

  it('is Indonesian if the system is, or if it is asked for', async () => {
    const [system, asked] = await Promise.all([
      runCli(['sync-all', '--help'], { env: { LANG: 'id_ID.UTF-8' } }),
      runCli(['sync-all', '--help', '--language', 'id']),
    ]);
    expect(system.stdout).toContain('Pemakaian: branchline sync-all');
    expect(asked.stdout).toBe(system.stdout);
  });
});

describe('a wrong line ends with 2 and', () => {
  it.each([
    [['sync-al'], 'There is no command sync-al.\nDid you mean sync-all?'],
    [['sync-all', '--resum', 'x'], 'There is no option --resum here.\nDid you mean --resume?'],
    [['demo', 'stpo'], 'There is no command stpo.\nDid you mean stop?'],
    [['sync-table', '--connection', 'x'], 'MODEL is missing.'],
    [['sync-table', 'c_order'], '--connection <ID> is needed.'],
    [['sync-all', '--strategy', 'magic'], '--strategy: must be one of full'],
    [['demo', '--scale', '-1'], '--scale: must be a number greater than 0'],
    [['--language', 'xx'], '--language: must be one of en, id'],
  ])('%o is explained', async (args, explained) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(explained);
  });

  it('is explained as JSON on stdout with --json', async () => {
    const { code, stdout, stderr } = await runCli(['sync-status', '--al', '--json']);
    expect([code, stderr]).toEqual([2, '']);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'option_invalid',
      what: 'There is no option --al here.',
    });
  });
});

it('the version is the package’s', async () => {
  const { stdout } = await runCli(['--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
