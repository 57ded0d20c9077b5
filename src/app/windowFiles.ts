import { randomBytes } from 'node:crypto';
import { extname, join, sep } from 'node:path';
import { NONCE_PLACE } from '../window-api/bridge.ts';

/** A fresh nonce: only style elements with it are allowed on this load of the page. */
export function drawNonce(): string {
  return randomBytes(16).toString('base64');
}

/** The built page, with this nonce filled in. */
export function pageWithNonce(page: string, nonce: string): string {
  return page.replaceAll(NONCE_PLACE, nonce);
}

/**
 * The headers of the window's files, over IPC and HTTP alike. Only the page's own files may run or load.
 *
 * @param nonce for this load of the page; null for other files
 * @param connect where the page may send requests: `'self'` over HTTP, nowhere in the tray application, whose
 *   calls go through the preload
 */
export function pageHeaders(
  type: string,
  nonce: string | null,
  connect: "'self'" | "'none'",
): Readonly<Record<string, string>> {
  return {
    'content-type': type,
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      // Components insert style elements, which need the nonce. Style attributes set by React are not
      // restricted by the policy.
      nonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src ${connect}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      // The policy is created in src/renderer/shell/security.ts.
      'trusted-types default',
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // An update of the program changes the files but not their addresses.
    'cache-control': 'no-cache',
  };
}

/** File types that the build produces; no others are served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * The file for an address of the window.
 *
 * @param root folder of the built window
 * @param pathname as in the address, percent-encoded
 * @returns null for a path outside the folder, or a type that the build does not produce
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
