import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BatchStatus } from '../../src/shared/status.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { changeSettings, watchService } from './support.ts';

const SCALE = 0.05;

test('without settings the service says so, and starts working when they exist', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { connection: { tables: ['c_order'] } });
  const file = join(home.folder, 'settings.json');
  renameSync(file, `${file}.later`);
  const watched = watchService(home.folder);
  await watched.event('refused', ({ refusal }) => refusal.code === 'settings_missing');
  expect(watched.service.status()).toMatchObject({
    activity: { kind: 'idle' },
    refusal: { code: 'settings_missing' },
  });
  expect(watched.service.engine).toBeNull();
  await expect(watched.service.runNow()).rejects.toMatchObject({ code: 'settings_missing' });
  expect(() => watched.service.pause(null)).toThrow(expect.objectContaining({ code: 'settings_missing' }));

  renameSync(`${file}.later`, file);
  await watched.quiet();
  expect(watched.service.status().refusal).toBeNull();
  expect(await watched.service.runNow()).toMatchObject({ status: BatchStatus.Completed });
  expect(watched.count('refused')).toBe(1);
});

test('a running batch keeps its settings; the next one uses the current file', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, {
    connection: { tables: ['c_order', 'c_invoiceline'] },
    sync: { chunkRows: 50 },
  });
  const watched = watchService(home.folder);
  const first = watched.service.runNow();
  await watched.event('table_progress');
  const { connections } = JSON.parse(readFileSync(join(home.folder, 'settings.json'), 'utf8'));
  changeSettings(home.folder, { connections: [{ ...connections[0], tables: ['c_bpartner'] }] });
  watched.wake();

  expect(await first).toMatchObject({ status: BatchStatus.Completed, total_tables: 2 });
  expect(await watched.service.runNow()).toMatchObject({ status: BatchStatus.Completed, total_tables: 1 });
  expect(watched.count('settings_changed')).toBe(1);
});

test.each([
  ['cut off', (text: string) => text.slice(0, text.length / 2), 'settings_invalid'],
  [
    'with a wrong type',
    (text: string) => text.replace('"tables":["c_order"]', '"tables":5'),
    'settings_invalid',
  ],
])(
  'a file that is %s is told once; the settings from before stay in force until it is mended',
  async (_name, damage, code) => {
    await using pair = await freshDatabases({ scale: SCALE });
    using home = makeHome(pair);
    const file = join(home.folder, 'settings.json');
    const { connections } = JSON.parse(readFileSync(file, 'utf8'));
    changeSettings(home.folder, { connections: [{ ...connections[0], tables: ['c_order'] }] });
    const whole = readFileSync(file, 'utf8');
    const watched = watchService(home.folder);
    await watched.quiet();

    writeFileSync(file, damage(whole));
    await watched.quiet();
    await watched.quiet();
    expect(watched.events.filter((one) => one.type === 'refused')).toMatchObject([{ refusal: { code } }]);
    expect(watched.service.status().refusal).toMatchObject({ code });
    expect(await watched.service.runNow()).toMatchObject({ status: BatchStatus.Completed, total_tables: 1 });

    writeFileSync(file, whole);
    await watched.event('settings_changed');
    await watched.status((one) => one.refusal === null);
  },
);
