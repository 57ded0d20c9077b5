import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readPassword } from '../../src/cli/declare/connection.ts';

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
