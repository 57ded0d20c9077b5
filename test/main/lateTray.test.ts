import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildApp, dataFolder, hasRuntime, launch } from './support/app.ts';
import { type Bus, openBus, waitFor } from './support/desktop/bus.ts';
import { serveNotifications } from './support/desktop/notifications.ts';
import { serveTray } from './support/desktop/tray.ts';
import { writeSettings } from './support/history.ts';

/** A session bus on which nothing shows tray icons yet. */
async function busWithoutTray(): Promise<{ readonly busAddress: string; readonly bus: Bus }> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void daemon.kill());
  const [busAddress] = (await once(createInterface(daemon.stdout), 'line')) as [string];
  const bus = await openBus(busAddress);
  onTestFinished(() => bus.close());
  await serveNotifications(bus);
  return { busAddress, bus };
}

describe.skipIf(!hasRuntime)('a tray that appears after the program has started, on a real Electron', () => {
  beforeAll(buildApp);

  test('the icon appears, and no window, at every login (D13)', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const { busAddress, bus } = await busWithoutTray();
    const app = await launch({ folder, desktop: { busAddress }, hidden: true });
    await sleep(3000);
    const tray = await serveTray(bus);
    await tray.waitForToolTip('Nothing has been copied yet');
    expect(tray.count()).toBe(1);
    expect(app.windows()).toEqual([]);
  });

  test('closing the window after a manual start, once the icon is there, asks nothing', async () => {
    const folder = dataFolder();
    writeSettings(folder);
    const { busAddress, bus } = await busWithoutTray();
    const app = await launch({ folder, desktop: { busAddress } });
    const page = await app.firstWindow();
    await page.locator('h1').waitFor();
    const tray = await serveTray(bus);
    await tray.waitForToolTip('Nothing has been copied yet');
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await waitFor('end of the window', () => (app.windows().length === 0 ? true : undefined));
    expect(app.process().exitCode).toBeNull();
  });
});
