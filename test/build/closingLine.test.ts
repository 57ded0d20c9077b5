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
  testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

test('a good run ends with its counts', () => {
  expect(closingLine(good)).toEqual({ status: 0, said: ['12 passed, 0 failed'] });
});

test('failed tests are counted and fail the run', () => {
  const report = { ...good, success: false, numFailedTests: 2 };
  expect(closingLine(report)).toEqual({ status: 1, said: ['12 passed, 2 failed'] });
});

test('a file that could not be loaded counts as failed, although none of its tests ran', () => {
  const broken = { name: 'b.test.ts', status: 'failed', assertionResults: [] };
  const report = { ...good, success: false, testResults: [...good.testResults, broken] };
  expect(closingLine(report)).toEqual({
    status: 1,
    said: ['Could not be run as a whole: b.test.ts', '12 passed, 1 failed'],
  });
});

test('skipped tests are told', () => {
  expect(closingLine({ ...good, numPendingTests: 3 }).said).toEqual(['3 skipped', '12 passed, 0 failed']);
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
