import { onTestFinished } from 'vitest';
import { openBus } from './bus.ts';
import { type NotificationServer, serveNotifications } from './notifications.ts';
import { serveTray, type TrayHost } from './tray.ts';

/** A desktop on the session bus of the test: it records what a person would see, and does what one would do. */
export interface Desktop {
  readonly tray: TrayHost;
  readonly notifications: NotificationServer;
}

/** Starts it until the test has finished. To be started before the application: an icon looks for a tray once. */
export async function startDesktop(): Promise<Desktop> {
  const bus = await openBus();
  onTestFinished(() => bus.close());
  return { notifications: await serveNotifications(bus), tray: await serveTray(bus) };
}
