import { describe, expect, it } from 'vitest';
import { canDrawOver, inAscii, selfCommand, showsUnicode, wantsColor } from '../../src/cli/context.ts';
import { nearest } from '../../src/cli/optionValues.ts';

const TTY = { isTTY: true };

describe('colours', () => {
  it.each([
    [TTY, {}, true, true],
    [TTY, { NO_COLOR: '1' }, true, false],
    [TTY, { NO_COLOR: '' }, true, true],
    [TTY, {}, false, false],
    [TTY, { TERM: 'dumb' }, true, false],
    [{}, {}, true, false],
    [{}, { FORCE_COLOR: '1' }, true, true],
  ])('%o with %o and --color %s: %s', (stream, env, flag, wanted) => {
    expect(wantsColor(stream, { env, platform: 'linux' }, flag)).toBe(wanted);
  });
});

describe('more than ASCII', () => {
  it.each([
    ['linux', { LANG: 'id_ID.UTF-8' }, true],
    ['linux', { LANG: 'en_US.utf8' }, true],
    ['linux', {}, true],
    ['linux', { LANG: 'C' }, false],
    ['linux', { LANG: 'de_DE.ISO-8859-1' }, false],
    ['linux', { LANG: 'C', LC_ALL: 'C.UTF-8' }, true],
    ['linux', { LANG: 'id_ID.UTF-8', TERM: 'linux' }, false],
    ['win32', {}, false],
    ['win32', { WT_SESSION: 'x' }, true],
  ] as const)('on %s with %o: %s', (platform, env, shown) => {
    expect(showsUnicode({ platform, env })).toBe(shown);
  });

  it('is replaced by ASCII if it cannot be shown', () => {
    expect(inAscii('Waiting … a · b – c é')).toBe('Waiting ... a - b - c é');
  });
});

it('lines are redrawn only on a terminal that a person watches', () => {
  expect(canDrawOver(TTY, { env: {}, platform: 'linux' })).toBe(true);
  expect(canDrawOver(TTY, { env: { CI: 'true' }, platform: 'linux' })).toBe(false);
  expect(canDrawOver({}, { env: {}, platform: 'linux' })).toBe(false);
});

describe('a command to copy', () => {
  const linux = { env: {}, platform: 'linux' } as const;

  it('goes through npx if npm started us', () => {
    expect(selfCommand('demo stop', { ...linux, env: { npm_command: 'run-script' } }, undefined)).toBe(
      'npx branchline demo stop',
    );
  });

  it('names the given data folder, quoted for the shell', () => {
    expect(selfCommand('sync-all', linux, '/tmp/x')).toBe('branchline sync-all --data-dir /tmp/x');
    expect(selfCommand('sync-all', linux, "/tmp/it's $HOME")).toBe(
      `branchline sync-all --data-dir '/tmp/it'\\''s $HOME'`,
    );
    expect(selfCommand('sync-all', { env: {}, platform: 'win32' }, 'C:\\My Data')).toBe(
      'branchline sync-all --data-dir "C:\\My Data"',
    );
  });
});

it('the nearest name is similar, or there is none', () => {
  expect(nearest('PGSQL_LPM', ['central', 'pgsql_lmp'])).toBe('pgsql_lmp');
  expect(nearest('zzzzzz', ['central', 'pgsql_lmp'])).toBeNull();
  expect(nearest('x', [])).toBeNull();
});
