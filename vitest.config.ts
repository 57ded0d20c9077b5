import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { memoryFolder } from './test/support/memoryFolder.ts';
import { SlowFirst } from './test/support/slowFirst.ts';

// Set before a worker starts, so that all inherit it. A TMPDIR that is set already stays.
const temporary = process.env.TMPDIR ?? memoryFolder();
if (temporary !== null) process.env.TMPDIR = temporary;
// Tests start the command line and other children from their sources hundreds of times: half of the processor time
// of such a start is stripping types and compiling.
process.env.NODE_COMPILE_CACHE ??= resolve('node_modules', '.cache', 'compiled-for-tests');

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/globalSetup.ts'],
    // Nobody's keychain is looked into, nor brings up a prompt: a test that wants one brings its own session.
    env: { DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
    pool: 'forks',
    // Most tests wait for servers, connections and browsers two thirds of their time: three for each of two processors.
    maxWorkers: 6,
    sequence: { sequencer: SlowFirst },
    // In CI one slow moment of a shared machine must not cost the whole run; the closing lines name each such test.
    retry: process.env.CI === 'true' ? 1 : 0,
    // A loaded machine takes ten times as long; what hangs is ended after this.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // What a test waits for comes when it comes: on a loaded machine a second (the default) is nothing.
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default'],
  },
});
