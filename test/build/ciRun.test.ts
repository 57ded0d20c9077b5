import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);

/** Runs commands after the functions of `.ci/run`; `npm` is what the commands say. */
async function inCi(commands: string): Promise<string> {
  const { stdout } = await run('bash', ['-c', `source .ci/run\n${commands}`]);
  return stdout;
}

describe.skipIf(process.platform === 'win32')('what continuous integration runs', () => {
  test('a step that fails says so to a caller that goes on', async () => {
    const said = await inCi(`
      fails() { return 7; }
      code=0; step 'Chaos' fails || code=$?; echo "ended $code"
      code=0; step 'Chaos' true || code=$?; echo "ended $code"`);
    expect(said.match(/ended \d+/g)).toEqual(['ended 7', 'ended 0']);
  });

  test.each([
    ['nothing fails', 'true', 0],
    ['one way of chaos fails', '[ "$way" != ssh ]', 1],
    ['the fleet fails', '[ "$3" != fleet:check ]', 1],
  ])(
    'chaos and the fleet are printed one after the other, and fail the run where %s',
    async (_, ends, code) => {
      const said = await inCi(`
      npm() { echo "begins $3 $way"; sleep 0.1; echo "ends $3 $way"; ${ends}; }
      code=0; faults_and_fleet || code=$?; echo "ended $code"`);
      const lines = said.split('\n').filter((line) => /^(==|begins|ends|ended)/.test(line));
      const chaos = ['direct', 'ssh', 'far'].flatMap((way) => [
        `== Chaos, ${way}`,
        `begins chaos ${way}`,
        `ends chaos ${way}`,
      ]);
      expect(lines.slice(0, -4)).toEqual(chaos);
      expect(lines.slice(-4)).toEqual([
        '== A fleet of 20',
        expect.stringContaining('begins fleet:check'),
        expect.stringContaining('ends fleet:check'),
        `ended ${code}`,
      ]);
    },
  );
});
