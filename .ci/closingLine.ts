import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The part of the test runner's JSON report that is read here. */
interface Report {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    /** Milliseconds since 1970. */
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly AssertionResult[];
  }[];
}

interface AssertionResult {
  readonly status: string;
  readonly fullName: string;
  /** Of every try: a test that passed when it was tried again has those of the first. */
  readonly failureMessages: readonly string[];
}

const SLOWEST = 10;

/**
 * Prints the slowest files, the tests that passed only when tried again, and last `N passed, N failed`, all from
 * what the test runner reported.
 */
function printClosingLine(file: string): void {
  const report = readReport(file);
  if (report === null) {
    console.log('The test runner left no report: it did not come to its end.');
    process.exitCode = 1;
    return;
  }
  // A file that could not even be loaded has no failed test, and must not pass as "0 failed".
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  );
  for (const { name } of broken) console.log(`Could not be run as a whole: ${name}`);
  printSlowest(report);
  printTriedAgain(report);
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${skipped} skipped`);
  const failed = report.numFailedTests + broken.length;
  if (!report.success && failed === 0) console.log('The run failed outside of its tests: see above.');
  if (!report.success || failed > 0) process.exitCode = 1;
  console.log(`${report.numPassedTests} passed, ${failed} failed`);
}

function printSlowest({ testResults }: Report): void {
  const files = testResults.map(({ name, startTime, endTime }) => ({
    name: relative(process.cwd(), name),
    seconds: (endTime - startTime) / 1000,
  }));
  files.sort((a, b) => b.seconds - a.seconds);
  for (const { name, seconds } of files.slice(0, SLOWEST)) console.log(`${seconds.toFixed(0)} s  ${name}`);
}

function printTriedAgain({ testResults }: Report): void {
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'passed' && failureMessages.length > 0)
        console.log(
          `Passed only when tried again: ${relative(process.cwd(), name)}: ${fullName}\n${failureMessages[0]}`,
        );
}

function readReport(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

printClosingLine(process.argv[2] ?? '');
