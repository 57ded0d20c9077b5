import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol } from 'electron';
import { windowFile } from './windowFile.ts';

const SCHEME = 'app';
const HOST = 'branchline';

/** Where the window's page is. */
export const WINDOW_PAGE = `${SCHEME}://${HOST}/index.html`;

/** Whether an address belongs to the window's own page. */
export function isWindowAddress(address: string): boolean {
  return address.startsWith(`${SCHEME}://${HOST}/`);
}

/** Only what the page itself brings may run or load; it can send nothing anywhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

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
      const body = new Uint8Array(await readFile(found.path));
      return new Response(body, { headers: headersFor(found.type) });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

function headersFor(type: string): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // The files change with the program, whose version is not in their address.
    'cache-control': 'no-cache',
  };
}
