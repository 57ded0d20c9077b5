import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const good = {
  success: true,
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [
    {
      name: 'a.test.ts',
      status: 'passed',
      startTime: 1000,
      endTime: 13_400,
      assertionResults: [{ status: 'passed', fullName: 'a works', failureMessages: [] }],
    },
  ],
};
/** The line of that file among the slowest. */
const SLOW = '12 s  a.test.ts';

test('a good run ends with its counts', () => {
  expect(closingLine(good)).toEqual({ status: 0, said: [SLOW, '12 passed, 0 failed'] });
});

test('failed tests are counted and fail the run', () => {
  const report = { ...good, success: false, numFailedTests: 2 };
  expect(closingLine(report)).toEqual({ status: 1, said: [SLOW, '12 passed, 2 failed'] });
});

test('a file that could not be loaded counts as failed, although none of its tests ran', () => {
  const broken = { name: 'b.test.ts', status: 'failed', startTime: 0, endTime: 0, assertionResults: [] };
  const report = { ...good, success: false, testResults: [...good.testResults, broken] };
  expect(closingLine(report)).toEqual({
    status: 1,
    said: ['Could not be run as a whole: b.test.ts', SLOW, '0 s  b.test.ts', '12 passed, 1 failed'],
  });
});

test('the ten slowest files are named, the slowest first', () => {
  const testResults = Array.from({ length: 12 }, (_, n) => ({
    ...good.testResults[0],
    name: `${n}.test.ts`,
    startTime: 0,
    endTime: n * 1000,
  }));
  expect(closingLine({ ...good, testResults }).said.slice(0, -1)).toEqual(
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `${n} s  ${n}.test.ts`),
  );
});

test('a test that passed only when it was tried again is named, with what it failed of', () => {
  const assertionResults = [{ status: 'passed', fullName: 'a works', failureMessages: ['Error: too late'] }];
  const testResults = [{ ...good.testResults[0], assertionResults }];
  expect(closingLine({ ...good, testResults })).toEqual({
    status: 0,
    said: [
      SLOW,
      'Passed only when tried again: a.test.ts: a works',
      'Error: too late',
      '12 passed, 0 failed',
    ],
  });
});

test('skipped tests are told', () => {
  expect(closingLine({ ...good, numPendingTests: 3 }).said).toEqual([
    SLOW,
    '3 skipped',
    '12 passed, 0 failed',
  ]);
});

test('an error outside of all tests fails the run', () => {
  expect(closingLine({ ...good, success: false }).status).toBe(1);
});

test('a run that left no report has failed', () => {
  expect(closingLine('').status).toBe(1);
});

function closingLine(report: unknown): { status: number | null; said: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'report.json');
  writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
  const { status, stdout } = spawnSync(process.execPath, ['.ci/closingLine.ts', file], { encoding: 'utf8' });
  return { status, said: stdout.trim().split('\n') };
}
