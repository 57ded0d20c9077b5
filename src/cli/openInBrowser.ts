import { spawn } from 'node:child_process';

/** The system's own way to open an address. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** A browser that is started by this stays; one that could not be has said so by then. */
const PATIENCE_MS = 3000;

/** @returns false where the system said that it could not */
export async function openInBrowser(address: string, platform: NodeJS.Platform): Promise<boolean> {
  const [program, ...args] = OPENERS[platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true });
  child.unref();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), PATIENCE_MS);
  child.once('error', () => resolve(false)).once('exit', (code) => resolve(code === 0));
  return promise.finally(() => clearTimeout(timer));
}
