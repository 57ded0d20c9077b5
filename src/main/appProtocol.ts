import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { drawNonce, pageHeaders, pageWithNonce, windowFile } from '../app/windowFiles.ts';

const SCHEME = 'app';
const HOST = 'branchline';

/** Address of the window's page. */
export const WINDOW_PAGE = `${SCHEME}://${HOST}/index.html`;

/** Whether an address belongs to the window's own files. */
export function isWindowAddress(address: string): boolean {
  return address.startsWith(`${SCHEME}://${HOST}/`);
}

/** Registers our own scheme. With `file:`, a page could read any file of this user. */
export function setupWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }]);
}

/** Serves the built window's files, and nothing else. */
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
