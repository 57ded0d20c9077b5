import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** What came back, raw. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Asked {
  readonly port: number;
  readonly method?: string;
  readonly path?: string;
  /** On top of a right Host; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string | Buffer;
}

/** Sends one request on a connection of its own, with exactly these headers. */
export async function ask(asked: Asked): Promise<Reply> {
  const response = await begin(asked);
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(parts).toString(),
  };
}

/** As {@link ask}, as soon as the headers are there. */
export function begin({ port, method = 'GET', path = '/', headers, body }: Asked): Promise<IncomingMessage> {
  const all = { host: `127.0.0.1:${port}`, ...headers };
  const sent = Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  );
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path, headers: sent, agent: false, setHost: false };
    request(options, resolve).on('error', reject).end(body);
  });
}

/** What a signed-in browser sends: its cookie, as it is sent back, and the key that its page keeps. */
export interface SignedIn {
  readonly cookie: string;
  readonly key: string;
}

/** Opens a link as a browser does. Both are empty where it is refused. */
export async function signIn(link: string): Promise<SignedIn> {
  const { port, pathname, search } = new URL(link);
  const { headers } = await ask({ port: Number(port), path: `${pathname}${search}` });
  return {
    cookie: headers['set-cookie']?.[0]?.split(';')[0] ?? '',
    key: /^\/#key=([\w-]+)$/.exec(headers.location ?? '')?.[1] ?? '',
  };
}

/** The headers by which a request is one of a signed-in page. */
export function keyed({ cookie, key }: SignedIn): Readonly<Record<string, string>> {
  return { cookie, 'x-branchline-key': key };
}

/** The headers that a window's calls have. */
export function windowHeaders(port: number, signedIn: SignedIn): Readonly<Record<string, string>> {
  return {
    ...keyed(signedIn),
    origin: `http://127.0.0.1:${port}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
  };
}

/** One call as the window makes it. @throws Error where it is not answered with 200 */
export async function call(
  port: number,
  signedIn: SignedIn,
  name: string,
  ...args: readonly unknown[]
): Promise<unknown> {
  const headers = windowHeaders(port, signedIn);
  const body = JSON.stringify(args);
  const reply = await ask({ port, method: 'POST', path: `/api/call/${name}`, headers, body });
  if (reply.status !== 200) throw new Error(`${name}: ${reply.status} ${reply.body}`);
  return JSON.parse(reply.body);
}

/** A built window as small as can be. */
export function builtWindow(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'assets'));
  const page = '<meta property="csp-nonce" nonce="branchline-nonce-goes-here">';
  writeFileSync(join(folder, 'index.html'), `branch ${page}`);
  writeFileSync(join(folder, 'headOffice.html'), `office ${page}`);
  writeFileSync(join(folder, 'assets', 'main.js'), 'export {};');
  writeFileSync(join(folder, '.hidden'), 'secret');
  return folder;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-agent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
