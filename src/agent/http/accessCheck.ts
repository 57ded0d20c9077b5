import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageHeaders } from '../../app/windowFiles.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { KEY_HEADER } from '../../window-api/bridge.ts';
import type { Links } from '../access/links.ts';
import { SESSION_SECONDS, type Sessions } from '../access/sessions.ts';
import { type PageTexts, PLAIN_POLICY, plainPage } from './pages.ts';

/** What decides who may come in. */
export interface AccessRules {
  readonly port: number;
  readonly links: Links;
  readonly sessions: Sessions;
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** Headers of every answer, refusals included. The window's own files replace some of them. */
export const ALWAYS: Readonly<Record<string, string>> = {
  ...pageHeaders(JSON_TYPE, null, "'none'"),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/**
 * Checks each request before routing: refuses those that are not signed in, and signs in those that open a
 * link.
 *
 * @returns whether the request may go on to routing
 */
export function checkAccess(request: IncomingMessage, response: ServerResponse, rules: AccessRules): boolean {
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
  const context = { port: rules.port, sessions: rules.sessions };
  const token = tokenIn(request);
  if (token !== null) {
    const wrong = wrongWithOpening(request, context);
    if (wrong !== null) refuse(request, response, wrong);
    else if (rules.links.spend(token)) open(request, response, rules);
    // A used link opened again in a browser that is already signed in still leads to the window.
    else if (wrongWith(request, context) === null) toWindow(response, '/');
    else refuse(request, response, 'signed_out');
    return false;
  }
  const wrong = wrongWith(request, context);
  if (wrong !== null) refuse(request, response, wrong);
  return wrong === null;
}

function open(request: IncomingMessage, response: ServerResponse, { port, sessions }: AccessRules): void {
  const { cookie, key } = sessions.open();
  response.setHeader(
    'set-cookie',
    `${cookieName(port)}=${cookie}; Path=/; Max-Age=${SESSION_SECONDS}; HttpOnly; SameSite=Strict`,
  );
  const site = request.headers['sec-fetch-site'];
  // A browser does not send a strict cookie along a redirect chain that another site started, so in that case
  // a page leads on instead of a redirect. The part behind `#` is sent to no server: only the window's own
  // page can read the key.
  const place = `/#key=${key}`;
  if (site === 'cross-site' || site === 'same-site') answer(response, 200, openedPage(place), HTML);
  else toWindow(response, place);
}

function toWindow(response: ServerResponse, place: string): void {
  response.setHeader('location', place);
  answer(response, 303, '', HTML);
}

function openedPage(place: string): string {
  return plainPage((t) => ({ title: t('agent.page.opened'), text: t('agent.page.openedNext') }), place);
}

function refuse(request: IncomingMessage, response: ServerResponse, wrong: Wrong): void {
  // The rest of the request is not read.
  response.setHeader('connection', 'close');
  const isCall = request.url?.startsWith('/api/') ?? false;
  if (isCall) answer(response, statusOfWrong(wrong), JSON.stringify({ error: wrong }), JSON_TYPE);
  else answer(response, statusOfWrong(wrong), plainPage(wrong === 'signed_out' ? signedOut : refused), HTML);
}

function signedOut(t: Translate): PageTexts {
  return {
    title: t('agent.page.signedOut'),
    text: t('agent.page.signedOutNext'),
    command: 'branchline serve --link',
  };
}

function refused(t: Translate): PageTexts {
  return { title: t('agent.page.refused'), text: t('agent.page.refusedNext') };
}

function answer(response: ServerResponse, status: number, body: string, type: string): void {
  response.setHeader('content-type', type);
  if (type === HTML) response.setHeader('content-security-policy', PLAIN_POLICY);
  response.statusCode = status;
  response.end(body);
}

/** Why a request is refused before anything is done with it. */
type Wrong =
  | 'method'
  | 'target'
  | 'host'
  | 'origin'
  | 'origin_missing'
  | 'other_site'
  | 'media_type'
  | 'signed_out';

/** What requests are checked against. */
interface AccessContext {
  readonly port: number;
  readonly sessions: Pick<Sessions, 'has' | 'hasCookie'>;
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

function statusOfWrong(wrong: Wrong): number {
  return STATUS[wrong];
}

/**
 * Cookies are shared by all ports of a host. With the port in the name, one agent does not sign out the
 * windows of another.
 */
function cookieName(port: number): string {
  return `branchline_${port}`;
}

/** The token of a request that opens a link; null for any other request. */
function tokenIn({ method, url = '' }: IncomingMessage): string | null {
  if (method !== 'GET' || !url.startsWith('/?')) return null;
  return new URLSearchParams(url.slice(2)).get('token');
}

/**
 * Why a request must be refused, or null. Checked before routing and parsing, so that nobody can reach those
 * without signing in.
 *
 * - Host: a DNS rebinding attack makes a foreign name resolve to 127.0.0.1; the request then has that name in
 *   its Host header.
 * - Origin and Sec-Fetch-Site: any page in the same browser can send requests here, and browsers say in these
 *   headers which page it was.
 */
function wrongWith(request: IncomingMessage, context: AccessContext): Wrong | null {
  return wrongForm(request, context.port) ?? (isSignedIn(request, context) ? null : 'signed_out');
}

/** As {@link wrongWith}, for a request that opens a link: it may come from any page and has no cookie yet. */
function wrongWithOpening(request: IncomingMessage, { port }: AccessContext): Wrong | null {
  return wrongAddress(request, port);
}

/** What is wrong with the form of a request, whoever sends it: its method, address or origin; null if nothing is. */
export function wrongForm(request: IncomingMessage, port: number): Wrong | null {
  const { method = '', headers } = request;
  if (!['GET', 'HEAD', 'POST'].includes(method)) return 'method';
  const wrong = wrongAddress(request, port);
  if (wrong !== null) return wrong;
  const site = headers['sec-fetch-site'];
  // `none`: a person typed the address. `same-site` includes any other port of this machine.
  const wellSited = site === undefined || site === 'same-origin' || (site === 'none' && method !== 'POST');
  if (!wellSited) return 'other_site';
  if (method !== 'POST') return null;
  if (headers.origin === undefined) return 'origin_missing';
  // An HTML form on another site cannot send this type.
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

/**
 * The window's own files need no key: a browser requests them before a page can send one, and they are public
 * (part of the installer). Everything else, however it is spelled, needs the key.
 */
const WINDOW_FILE = /^\/(?:index\.html|assets\/[\w-]+(?:\.[\w-]+)*)?(?:\?[^#]*)?$/;

function isSignedIn(
  { method, url = '', headers }: IncomingMessage,
  { port, sessions }: AccessContext,
): boolean {
  const start = `${cookieName(port)}=`;
  const key = headers[KEY_HEADER];
  const isFile = method !== 'POST' && WINDOW_FILE.test(url);
  const isGood = (cookie: string): boolean =>
    isFile ? sessions.hasCookie(cookie) : typeof key === 'string' && sessions.has({ cookie, key });
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
  return cookies.some((cookie) => cookie.startsWith(start) && isGood(cookie.slice(start.length)));
}
