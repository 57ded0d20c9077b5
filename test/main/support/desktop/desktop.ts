import { onTestFinished } from 'vitest';
import { type Desktop, openDesktop } from './openDesktop.ts';

/** Starts a desktop until the test has finished. To be started before the application: an icon looks for a tray once. */
export async function startDesktop(): Promise<Desktop> {
  const desktop = await openDesktop();
  onTestFinished(() => desktop[Symbol.asyncDispose]());
  return desktop;
}
