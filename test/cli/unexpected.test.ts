import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createFileLogger } from '../../src/cli/logFile.ts';
import { classify } from '../../src/core/postgres/classifyError.ts';
import { asFailure } from '../../src/core/unexpected.ts';
import { FailureCode, SyncFailure } from '../../src/shared/errors.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { startServe } from '../agent/serveProcess.ts';
import { signIn, temporaryFolder } from '../agent/support.ts';
import { writeSettings } from '../main/support/history.ts';
import { runCli } from './run.ts';

const STRAY = fileURLToPath(new URL('../support/throwStray.ts', import.meta.url));
const NODE_OPTIONS = `--import ${STRAY}`;

/** The text of all logs of a data folder. */
function logsIn(folder: string): string {
  const logs = join(folder, 'logs');
  return readdirSync(logs)
    .map((name) => readFileSync(join(logs, name), 'utf8'))
    .join('');
}

test('an uncaught error ends a command with a sentence, and its stack is in the named file (D10)', async () => {
  const folder = temporaryFolder();
  writeSettings(folder);
  const { code, stderr } = await runCli(['--data-dir', folder, 'sync-all'], { env: { NODE_OPTIONS } });
  expect(code).toBe(1);
  expect(stderr).toContain('Something unexpected happened inside Branchline, and it had to stop.');
  expect(stderr).not.toContain('    at ');
  const file = /The details are in (\S+)\. /.exec(stderr)?.[1] ?? '';
  expect(readFileSync(file, 'utf8')).toMatch(/throwStray\.ts:\d+/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('an agent continues, says so, and logs the stack (D10)', async () => {
  const folder = temporaryFolder();
  writeSettings(folder);
  const serving = await startServe(folder, [], { NODE_OPTIONS, STRAY_AFTER_MS: '100' });
  await serving.says('Something unexpected happened. Branchline goes on; the details are in ');
  await expect.poll(() => logsIn(folder)).toContain('a promise that nobody waits for');
  expect(logsIn(folder)).toMatch(/throwStray\.ts:\d+/);
  expect(await signIn(serving.link)).not.toBe('');
  serving.child.kill('SIGTERM');
  expect(await serving.ended).toMatchObject({ code: 0 });
});

test('an unclassified failure logs its stack once, and names the file in both languages (D10)', () => {
  const folder = temporaryFolder();
  const logger = createFileLogger(folder);
  const error = new Error('no such thing', { cause: new TypeError('undefined is not a table') });
  const own = new SyncFailure(classify(error, 'central', {}), { cause: error });
  for (const met of [error, own]) {
    const failure = asFailure(met, logger);
    asFailure(met, logger);
    expect(failure.code).toBe(FailureCode.Internal);
    const file = String(failure.params.file);
    expect(readFileSync(file, 'utf8')).toContain('undefined is not a table');
    for (const language of ['en', 'id'] as const)
      expect(createTranslator(language).failure(failure).next).toContain(file);
  }
  expect(logsIn(folder).trimEnd().split('\n')).toHaveLength(2);
  expect(logsIn(folder)).toContain('unexpected.test.ts');
  const older = createTranslator('en').failure({ code: FailureCode.Internal, params: {} });
  expect(older.next).toContain('the newest file in the folder "logs"');
});
