import { spawnSync } from 'node:child_process';

/**
 * `npm run test:long`: runs at full length the tests of which `npm test` takes a sample: by chance, with a seed that
 * it prints, or in turn. Takes about two and three quarter hours on two processors.
 */

const FULL_LENGTH = {
  BRANCHLINE_PROPERTY_RUNS: '5000',
  BRANCHLINE_PROPERTY_LANES: '6',
  BRANCHLINE_FROZEN_COPIES: '40',
  BRANCHLINE_LOST_ANSWERS: '60',
  BRANCHLINE_CORPUS: 'full',
  BRANCHLINE_FUZZ_CONNECTIONS: '10000',
  BRANCHLINE_FUZZ_CALLS: '10000',
  BRANCHLINE_FUZZ_IPC: '10000',
  BRANCHLINE_FUZZ_SETTINGS: '5000',
  BRANCHLINE_SEARCH_LENGTH: '1048576',
  BRANCHLINE_TEST_VIEWS: 'every',
};

const FILES = [
  'test/core/property',
  'test/faults/frozenCopy.test.ts',
  'test/faults/noProgressStatements.test.ts',
  'test/corpus',
  'test/core/postgres/wireFuzz.test.ts',
  'test/agent/fuzzedCalls.test.ts',
  // Skipped without an Electron for tests: see .ci/run.
  'test/main/fuzzedCalls.test.ts',
  'test/core/settings/mutated.test.ts',
  'test/core/trust/linearTime.test.ts',
  'test/window/axePages.test.ts',
  'test/window/axeSetup.test.ts',
  'test/window/channels.test.ts',
  'test/window/disk.test.ts',
  'test/window/doctor.test.ts',
  'test/window/headOffice.test.ts',
];

// One file at a time: each already keeps both processors busy.
const { status } = spawnSync('npx', ['vitest', 'run', '--maxWorkers=1', ...FILES], {
  stdio: 'inherit',
  env: { ...FULL_LENGTH, ...process.env },
});
process.exitCode = status ?? 1;
