import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { openBus } from './bus.ts';
import { type NotificationServer, serveNotifications } from './notifications.ts';
import { type Sleep, serveSleep } from './sleep.ts';
import { serveTray, type TrayHost } from './tray.ts';

/** A desktop on a bus of its own: it records what a person would see, and does what one would do. */
export interface Desktop {
  /** What a program is started with, to be on this desktop and on no other. */
  readonly busAddress: string;
  readonly tray: TrayHost;
  readonly notifications: NotificationServer;
  readonly computer: Sleep;
}

/** Starts it until the test has finished. To be started before the application: an icon looks for a tray once. */
export async function startDesktop(): Promise<Desktop> {
  const busAddress = await startBus();
  const bus = await openBus(busAddress);
  onTestFinished(() => bus.close());
  return {
    busAddress,
    notifications: await serveNotifications(bus),
    computer: await serveSleep(bus),
    tray: await serveTray(bus),
  };
}

/** Programs of other tests, which run beside, must not turn up in this one's tray. */
async function startBus(): Promise<string> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void daemon.kill());
  const [address] = (await once(createInterface(daemon.stdout), 'line')) as [string];
  return address;
}
