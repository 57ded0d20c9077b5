import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageHeaders } from '../../app/pageHeaders.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import { KEY_HEADER } from '../../window-api/bridge.ts';
import type { Links } from '../access/links.ts';
import { SESSION_SECONDS, type Sessions } from '../access/sessions.ts';
import { type PageTexts, PLAIN_POLICY, plainPage } from './pages.ts';

/** Who may come in, and how. */
export interface Door {
  readonly port: number;
  readonly links: Links;
  readonly sessions: Sessions;
}

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

/** For every answer, also to those who stay outside; the window's own files have others in their place. */
const ALWAYS: Readonly<Record<string, string>> = {
  ...pageHeaders(JSON_TYPE, null, "'none'"),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

/**
 * Answers those who may not come in, and those who open a link.
 *
 * @returns whether the request may pass
 */
export function atTheDoor(request: IncomingMessage, response: ServerResponse, door: Door): boolean {
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
  const gate = { port: door.port, sessions: door.sessions };
  const token = tokenIn(request);
  if (token !== null) {
    const wrong = wrongWithOpening(request, gate);
    if (wrong !== null) refuse(request, response, wrong);
    else if (door.links.spend(token)) open(request, response, door);
    // A link that is opened again in the browser that has opened it leads to the window all the same.
    else if (wrongWith(request, gate) === null) toWindow(response, '/');
    else refuse(request, response, 'signed_out');
    return false;
  }
  const wrong = wrongWith(request, gate);
  if (wrong !== null) refuse(request, response, wrong);
  return wrong === null;
}

function open(request: IncomingMessage, response: ServerResponse, { port, sessions }: Door): void {
  const { cookie, key } = sessions.open();
  response.setHeader(
    'set-cookie',
    `${cookieName(port)}=${cookie}; Path=/; Max-Age=${SESSION_SECONDS}; HttpOnly; SameSite=Strict`,
  );
  const site = request.headers['sec-fetch-site'];
  // A browser keeps a strict cookie to itself all along a chain of redirections that another page began. A page
  // that leads on begins a chain of its own.
  // Browsers send what is behind `#` to nobody: only the page that is led to reads the key.
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
  // What is still to come of the request is not read.
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

/** Why a request is refused before anything of it is done. */
type Wrong =
  | 'method'
  | 'target'
  | 'host'
  | 'origin'
  | 'origin_missing'
  | 'other_site'
  | 'media_type'
  | 'signed_out';

/** What a request is allowed to be. */
interface Gate {
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
 * Cookies are the same for all ports of a host: with the port in its name, one agent does not sign out the windows
 * of another.
 */
function cookieName(port: number): string {
  return `branchline_${port}`;
}

/** The token of a link that is being opened; null for any other request. */
function tokenIn({ method, url = '' }: IncomingMessage): string | null {
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
function wrongWith(request: IncomingMessage, gate: Gate): Wrong | null {
  return wrongForm(request, gate.port) ?? (isSignedIn(request, gate) ? null : 'signed_out');
}

/** As {@link wrongWith}, for one who opens a link: where they found it does not matter, and they have no cookie. */
function wrongWithOpening(request: IncomingMessage, { port }: Gate): Wrong | null {
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

/**
 * The window's own files: a browser asks for them before there is a page that could send its key, and anybody can
 * have them from the installer. Everything else, whatever its spelling, needs the key.
 */
const WINDOW_FILE = /^\/(?:index\.html|assets\/[\w-]+(?:\.[\w-]+)*)?(?:\?[^#]*)?$/;

function isSignedIn({ method, url = '', headers }: IncomingMessage, { port, sessions }: Gate): boolean {
  const start = `${cookieName(port)}=`;
  const key = headers[KEY_HEADER];
  const isFile = method !== 'POST' && WINDOW_FILE.test(url);
  const isGood = (cookie: string): boolean =>
    isFile ? sessions.hasCookie(cookie) : typeof key === 'string' && sessions.has({ cookie, key });
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
  return cookies.some((cookie) => cookie.startsWith(start) && isGood(cookie.slice(start.length)));
}
