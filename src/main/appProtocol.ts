import { readFile } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { protocol } from 'electron';
import { drawNonce, pageHeaders, pageWithNonce } from '../app/pageHeaders.ts';

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

/** What the build makes; anything else is not ours to serve. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * The file that an address of the window means.
 *
 * @param root folder of the built window
 * @param pathname as the address has it, percent signs included
 * @returns null for a path that leaves the folder, or a type that the build does not make
 */
export function windowFile(
  root: string,
  pathname: string,
): { readonly path: string; readonly type: string } | null {
  const decoded = decode(pathname);
  if (decoded === null || decoded.includes('\0') || decoded.includes('\\')) return null;
  const path = join(root, decoded);
  const type = TYPES[extname(path)];
  return path.startsWith(root + sep) && type !== undefined ? { path, type } : null;
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}
