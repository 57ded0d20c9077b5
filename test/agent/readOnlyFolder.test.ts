import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WindowEvent } from '../../src/window-api/windowApi.ts';
import { writeSettings } from '../main/support/history.ts';
import { smallDisk } from '../support/smallDisk.ts';
import { openWindow, startServe } from './serveProcess.ts';

/** The code of the refusal that an event tells; null where all is well. */
const refusalIn = (event: WindowEvent): string | null | undefined =>
  event.type === 'live' ? (event.live.status.refusal?.code ?? null) : undefined;

test('a data folder that becomes read-only, and its end, are reported in an open window at once (D6)', async ({
  skip,
}) => {
  const made = smallDisk(8);
  if (typeof made === 'string') return skip(made);
  using disk = made;
  const folder = join(disk.folder, 'data');
  mkdirSync(folder);
  writeSettings(folder);
  const serving = await startServe(folder);
  const window = await openWindow(serving);
  await window.event((event) => refusalIn(event) === null);

  // As the system does after an error of the disk: files that are open may still be written, no other.
  execFileSync('mount', ['--bind', folder, folder]);
  execFileSync('mount', ['-o', 'remount,bind,ro', folder]);
  await window.event((event) => refusalIn(event) === 'data_folder_read_only');
  expect(await window.call('live')).toMatchObject({
    ok: true,
    value: { status: { refusal: { code: 'data_folder_read_only', params: { folder } } } },
  });
  const refused = await window.call('runNow', {});
  expect(JSON.stringify(refused)).toContain('data_folder_read_only');

  execFileSync('mount', ['-o', 'remount,bind,rw', folder]);
  const before = window.events.length;
  await expect
    .poll(() => window.events.slice(before).some(({ event }) => refusalIn(event) === null), {
      timeout: 60_000,
    })
    .toBe(true);
  await serving.kill();
});
