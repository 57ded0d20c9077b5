import { beforeAll, describe, expect, test } from 'vitest';
import { journalIn } from '../core/journal/support/world.ts';
import { buildApp, dataFolder, hasRuntime, startApp } from './support/app.ts';
import { completedBatch, writeSettings } from './support/history.ts';

describe.skipIf(!hasRuntime)('the bridge, on a real Electron', () => {
  beforeAll(buildApp);

  test('calls are answered, and a page that listens receives events', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const { page } = await startApp({ folder });

    const setup = await page.evaluate('branchline.setup()');
    expect(setup).toMatchObject({
      ok: true,
      value: { program: 'tray', commands: true, folder, problem: null },
    });
    const unknown = await page.evaluate(`branchline.batch('sync_x')`);
    expect(unknown).toMatchObject({ ok: false, refusal: { kind: 'usage', code: 'batch_unknown' } });

    await page.evaluate(
      'globalThis.told = []; branchline.listen((event) => told.push(event.type), (up) => told.push(up))',
    );
    completedBatch(journalIn(folder));
    const told = () => page.evaluate('told');
    await expect.poll(told, { timeout: 60_000 }).toEqual(expect.arrayContaining([true, 'history', 'tables']));
    expect(await page.evaluate('branchline.history({}, 0, 5)')).toMatchObject({
      ok: true,
      value: { total: 1 },
    });
  });
});
