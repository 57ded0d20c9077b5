import type { IncomingMessage, ServerResponse } from 'node:http';
import { pageHeaders } from '../../core/face/pageHeaders.ts';
import type { Translate } from '../../shared/texts/translate.ts';
import type { Links } from '../access/links.ts';
import { SESSION_SECONDS, type Sessions } from '../access/sessions.ts';
import { cookieName, statusOfWrong, tokenIn, type Wrong, wrongWith, wrongWithOpening } from './guard.ts';
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
  const gate = { port: door.port, isSignedIn: (cookie: string) => door.sessions.has(cookie) };
  const token = tokenIn(request);
  if (token !== null) {
    const wrong = wrongWithOpening(request, gate);
    if (wrong !== null) refuse(request, response, wrong);
    else if (door.links.spend(token)) open(request, response, door);
    // A link that is opened again in the browser that has opened it leads to the window all the same.
    else if (wrongWith(request, gate) === null) toWindow(response);
    else refuse(request, response, 'signed_out');
    return false;
  }
  const wrong = wrongWith(request, gate);
  if (wrong !== null) refuse(request, response, wrong);
  return wrong === null;
}

function open(request: IncomingMessage, response: ServerResponse, { port, sessions }: Door): void {
  response.setHeader(
    'set-cookie',
    `${cookieName(port)}=${sessions.open()}; Path=/; Max-Age=${SESSION_SECONDS}; HttpOnly; SameSite=Strict`,
  );
  const site = request.headers['sec-fetch-site'];
  // A browser keeps a strict cookie to itself all along a chain of redirections that another page began. A page
  // that leads on begins a chain of its own.
  if (site === 'cross-site' || site === 'same-site') answer(response, 200, openedPage(), HTML);
  else toWindow(response);
}

function toWindow(response: ServerResponse): void {
  response.setHeader('location', '/');
  answer(response, 303, '', HTML);
}

function openedPage(): string {
  return plainPage((t) => ({ title: t('agent.page.opened'), text: t('agent.page.openedNext') }), '/');
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
