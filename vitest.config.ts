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
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
});
