import { readFileSync } from 'node:fs';

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
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/** Prints `N passed, N failed`, from what the test runner reported and nothing else. */
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
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${skipped} skipped`);
  const failed = report.numFailedTests + broken.length;
  if (!report.success && failed === 0) console.log('The run failed outside of its tests: see above.');
  if (!report.success || failed > 0) process.exitCode = 1;
  console.log(`${report.numPassedTests} passed, ${failed} failed`);
}

function readReport(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

printClosingLine(process.argv[2] ?? '');
