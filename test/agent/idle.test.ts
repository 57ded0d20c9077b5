import { type FSWatcher, watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../../src/agent/agent.ts';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import { type Ports, systemPorts } from '../../src/core/ports.ts';
import { LOOK_MS } from '../../src/service/unattended.ts';
import { writeSettings } from '../main/support/history.ts';
import { startServe } from './serveProcess.ts';
import { begin, builtWindow, keyed, signIn, temporaryFolder } from './support.ts';

const silent = systemPorts({ log: () => {} });
/** A look once a second shows in it at least twice. */
const WATCHED_MS = 3000;

/** A data folder in which a command has run a batch: the note of who held the lease is left behind. */
function usedFolder(): string {
  const folder = temporaryFolder();
  writeSettings(folder);
  const { journal } = openJournal(folder, silent);
  journal.setHolder({ pid: 1, host: 'here', face: 'cli', since: '2026-01-01T00:00:00.000Z', batchId: null });
  journal.close();
  return folder;
}

/** What is made, written, renamed or removed in a folder from now on. */
function watched(folder: string): { readonly events: string[] } {
  const events: string[] = [];
  const watcher: FSWatcher = watch(
    folder,
    { recursive: true },
    (what, name) => void events.push(`${what} ${name}`),
  );
  onTestFinished(() => watcher.close());
  return { events };
}

test('an idle agent creates, writes and removes no file, with or without a window (D7)', async () => {
  const folder = usedFolder();
  const serving = await startServe(folder);
  const signedIn = await signIn(serving.link);
  // What a start notes down is written by then.
  await sleep(WATCHED_MS);
  const { events } = watched(folder);
  const window = await begin({ port: serving.port, path: '/api/events', headers: keyed(signedIn) });
  await sleep(WATCHED_MS);
  // As root, SQLite sets the owner of the file each time that it opens it to read.
  expect(events.filter((one) => one !== 'change journal.db-wal')).toEqual([]);
  window.destroy();
  await sleep(1500);
  events.length = 0;
  await sleep(WATCHED_MS);
  expect(events).toEqual([]);
});

test('without a window the agent sleeps until its next check, a minute later (D7)', async () => {
  const sleeps: number[] = [];
  const ports: Ports = {
    ...silent,
    clock: {
      ...silent.clock,
      sleep: (ms, signal) => {
        sleeps.push(ms);
        return silent.clock.sleep(ms, signal);
      },
    },
  };
  const agent = await startAgent(ports, {
    folder: usedFolder(),
    version: '0',
    language: 'en',
    systemLanguages: ['en'],
    port: null,
    windowFolder: builtWindow(),
    startDemo: null,
  });
  onTestFinished(() => agent.stop(AbortSignal.abort()));
  const port = Number(new URL(agent.url).port);
  const signedIn = await signIn(agent.link());
  const before = sleeps.length;
  const stream = await begin({ port, path: '/api/events', headers: keyed(signedIn) });
  await expect.poll(() => sleeps.slice(before).filter((ms) => ms <= 1000).length).toBeGreaterThan(0);
  stream.destroy();
  await expect
    .poll(
      async () => {
        const count = sleeps.length;
        await sleep(1500);
        return sleeps.length - count;
      },
      { timeout: 60_000 },
    )
    .toBe(0);
  expect(sleeps[0]).toBe(LOOK_MS);
});
