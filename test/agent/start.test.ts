import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runCli } from '../cli/run.ts';
import { temporaryFolder } from './support.ts';

const NOTE_LOADS = { NODE_OPTIONS: `--import=${fileURLToPath(new URL('./noteLoads.ts', import.meta.url))}` };

test.each([['--help'], ['serve', '--help'], ['sync-status'], ['serve', '--link']])(
  'no other command loads the web server: %s %s',
  async (...args) => {
    const { stderr } = await runCli(['--data-dir', temporaryFolder(), ...args], { env: NOTE_LOADS });
    expect(stderr).not.toContain('loads');
  },
);

test('serve does load it', async () => {
  const folder = temporaryFolder();
  const { stderr } = await runCli(['--data-dir', folder, 'serve'], {
    env: NOTE_LOADS,
    onStart: (child) =>
      child.stdout?.on('data', (text: string) => void (text.includes('Ctrl+C') && child.kill('SIGTERM'))),
  });
  expect(stderr).toContain('loads fastify');
});
