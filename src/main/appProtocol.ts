import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { drawNonce, pageHeaders, pageWithNonce } from '../app/pageHeaders.ts';
import { windowFile } from './windowFile.ts';

const SCHEME = 'app';
const HOST = 'branchline';

/** Where the window's page is. */
export const WINDOW_PAGE = `${SCHEME}://${HOST}/index.html`;

/** Whether an address belongs to the window's own page. */
export function isWindowAddress(address: string): boolean {
  return address.startsWith(`${SCHEME}://${HOST}/`);
}

/** A scheme of our own instead of `file:`, whose pages could read any file of the person. */
export function setupWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

/** Answers the window's requests with the files that were built for it, and with nothing else. */
export function serveWindowFiles(): void {
  const root = join(__dirname, '../renderer');
  protocol.handle(SCHEME, async ({ url, method }) => {
    const found = method === 'GET' && isWindowAddress(url) ? windowFile(root, new URL(url).pathname) : null;
    if (found === null) return new Response(null, { status: 404 });
    try {
      const bytes = await readFile(found.path);
      const isPage = found.type.startsWith('text/html');
      const nonce = isPage ? drawNonce() : null;
      const body = nonce === null ? new Uint8Array(bytes) : pageWithNonce(bytes.toString(), nonce);
      return new Response(body, { headers: pageHeaders(found.type, nonce, "'none'") });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}
