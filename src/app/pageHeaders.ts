import { randomBytes } from 'node:crypto';
import { NONCE_PLACE } from '../window-api/bridge.ts';

/** With which style elements are allowed on one load of the page. */
export function drawNonce(): string {
  return randomBytes(16).toString('base64');
}

/** The built page, with its nonce. */
export function pageWithNonce(page: string, nonce: string): string {
  return page.replaceAll(NONCE_PLACE, nonce);
}

/**
 * The headers of the window's files, whoever serves them. Only what the page itself brings may run or load.
 *
 * @param nonce of this load of the page; null for its other files
 * @param connect where the page may send requests to: `'self'` over HTTP, nowhere in the tray application, whose
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
      // Components make style elements; attributes that React sets are no inline styles in the policy's sense.
      nonce === null ? "style-src 'self'" : `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      `connect-src ${connect}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      // See src/renderer/shell/security.ts.
      'trusted-types default',
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // The files change with the program, whose version is not in their address.
    'cache-control': 'no-cache',
  };
}
