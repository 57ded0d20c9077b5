import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/globalSetup.ts'],
    // Nobody's keychain is looked into, nor brings up a prompt: a test that wants one brings its own session.
    env: { DBUS_SESSION_BUS_ADDRESS: 'disabled:' },
    pool: 'forks',
    // Every test talks to real servers: more at a time would only make each other wait.
    maxWorkers: 2,
    // In CI one slow moment of a shared machine must not cost the whole run; the closing lines name each such test.
    retry: process.env.CI === 'true' ? 1 : 0,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a test waits for comes when it comes: on a loaded machine a second (the default) is nothing.
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default'],
  },
});
