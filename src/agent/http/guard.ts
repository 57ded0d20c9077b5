import type { IncomingMessage } from 'node:http';

/** Why a request is refused before anything of it is done. */
export type Wrong =
  | 'method'
  | 'target'
  | 'host'
  | 'origin'
  | 'origin_missing'
  | 'other_site'
  | 'media_type'
  | 'signed_out';

/** What a request is allowed to be. */
export interface Gate {
  readonly port: number;
  /** Whether a cookie signs in. */
  isSignedIn(cookie: string): boolean;
}

const STATUS: Readonly<Record<Wrong, number>> = {
  method: 405,
  target: 400,
  host: 403,
  origin: 403,
  origin_missing: 403,
  other_site: 403,
  media_type: 415,
  signed_out: 401,
};

export function statusOfWrong(wrong: Wrong): number {
  return STATUS[wrong];
}

/**
 * Cookies are the same for all ports of a host: with the port in its name, one agent does not sign out the windows
 * of another.
 */
export function cookieName(port: number): string {
  return `branchline_${port}`;
}

/** The token of a link that is being opened; null for any other request. */
export function tokenIn({ method, url = '' }: IncomingMessage): string | null {
  if (method !== 'GET' || !url.startsWith('/?')) return null;
  return new URLSearchParams(url.slice(2)).get('token');
}

/**
 * What is wrong with a request. It comes before routing and parsing, so that nothing of those is within reach of
 * whoever has not signed in.
 *
 * - Host: a page whose name was made to lead to 127.0.0.1 (DNS rebinding) names itself there.
 * - Origin and Sec-Fetch-Site: any page in the same browser can send requests here; browsers say that it was so.
 */
export function wrongWith(request: IncomingMessage, gate: Gate): Wrong | null {
  return wrongForm(request, gate.port) ?? (isSignedIn(request, gate) ? null : 'signed_out');
}

/** As {@link wrongWith}, for one who opens a link: where they found it does not matter, and they have no cookie. */
export function wrongWithOpening(request: IncomingMessage, { port }: Gate): Wrong | null {
  return wrongAddress(request, port);
}

function wrongForm(request: IncomingMessage, port: number): Wrong | null {
  const { method = '', headers } = request;
  if (!['GET', 'HEAD', 'POST'].includes(method)) return 'method';
  const wrong = wrongAddress(request, port);
  if (wrong !== null) return wrong;
  const site = headers['sec-fetch-site'];
  // `none`: a person typed the address. `same-site` would be any other port of this machine.
  const wellSited = site === undefined || site === 'same-origin' || (site === 'none' && method !== 'POST');
  if (!wellSited) return 'other_site';
  if (method !== 'POST') return null;
  if (headers.origin === undefined) return 'origin_missing';
  // No form of another page can send this type.
  return isJson(headers['content-type']) ? null : 'media_type';
}

function wrongAddress({ url = '', headers }: IncomingMessage, port: number): Wrong | null {
  if (!url.startsWith('/') || url.startsWith('//')) return 'target';
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (headers.host === undefined || !hosts.includes(headers.host)) return 'host';
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return 'origin';
  return null;
}

function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type ?? '');
}

function isSignedIn({ headers }: IncomingMessage, gate: Gate): boolean {
  const start = `${cookieName(gate.port)}=`;
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
  return cookies.some((cookie) => cookie.startsWith(start) && gate.isSignedIn(cookie.slice(start.length)));
}
