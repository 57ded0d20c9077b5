import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
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

/** Starts one. Its bus is its own: programs beside must not turn up in its tray. */
export async function openDesktop(): Promise<Desktop & AsyncDisposable> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [busAddress] = (await once(createInterface(daemon.stdout), 'line')) as [string];
    const bus = await openBus(busAddress);
    return {
      busAddress,
      notifications: await serveNotifications(bus),
      computer: await serveSleep(bus),
      tray: await serveTray(bus),
      [Symbol.asyncDispose]: async () => {
        await bus.close();
        daemon.kill();
      },
    };
  } catch (error) {
    daemon.kill();
    throw error;
  }
}
