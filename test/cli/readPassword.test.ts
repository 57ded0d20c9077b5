import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readPassword, readPasswords } from '../../src/cli/readPassword.ts';

/** A terminal of which the test is the person. */
function terminal(keys: string) {
  const shown = new PassThrough();
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => void raw.push(on),
  });
  stdin.write(keys);
  return { world: { stdin, stderr: shown }, raw, shown: () => String(shown.read()) };
}

test.each([
  ['geheim\r', 'geheim'],
  ['geh\x7f\x7feim\n', 'geim'],
  ['pä😀\x7f\x04', 'pä'],
  ['\r', ''],
  ['halb\x03', null],
])('what is typed as %j is %j, and is not shown', async (keys, password) => {
  const { world, raw, shown } = terminal(keys);
  expect(await readPassword(world, 'Password: ')).toBe(password);
  expect(shown()).toBe('Password: \n');
  expect(raw).toEqual([true, false]);
});

test('two prompts read two lines, and what is piped in has one', async () => {
  const person = terminal('first\r\nsecond\r\n');
  expect(await readPasswords(person.world, ['New: ', 'Again: '])).toEqual(['first', 'second']);
  expect(person.shown()).toBe('New: \nAgain: \n');
  const piped = new PassThrough();
  piped.end('only\n');
  const world = { stdin: piped, stderr: new PassThrough() };
  expect(await readPasswords(world, ['New: ', 'Again: '])).toEqual(['only']);
});
