import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { Certificate } from './certificates.ts';

/** A post as a receiver got it. */
export interface Post {
  readonly method: string;
  readonly path: string;
  /** The body as it arrived. */
  readonly raw: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as JSON; empty if it is none. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Whether its signature is right and its time is of the last five minutes; null if it has none. */
  readonly signed: boolean | null;
}

/** A receiver of webhooks. */
export interface HookReceiver extends AsyncDisposable {
  readonly url: string;
  /** Those that it has accepted. */
  readonly posts: readonly Post[];
  /** How many requests it has seen, refused ones too. */
  readonly attempts: () => number;
  /** The ids of all requests that it has seen. */
  readonly ids: readonly string[];
  /** The status that it answers with; 200 at first. */
  status: number;
  /** While true it takes a post and does not answer. */
  hangs: boolean;
  /** The text of its answers. */
  answer: string;
  /** Headers of its answers. */
  answerHeaders: Readonly<Record<string, string>>;
}

export async function startHookReceiver(
  options: { readonly secret?: string; readonly tls?: Certificate; readonly now?: () => Date } = {},
): Promise<HookReceiver> {
  const { secret = '', tls, now = () => new Date() } = options;
  const posts: Post[] = [];
  const ids: string[] = [];
  let attempts = 0;
  const answerHeaders: Readonly<Record<string, string>> = {};
  const receiver = { status: 200, hangs: false, answerHeaders, answer: 'hunter2 of the receiver' };
  const server: Server =
    tls === undefined ? createHttp() : createHttps({ key: tls.key, cert: tls.certificate });
  server.on('request', (request, response) => {
    attempts += 1;
    ids.push(String(request.headers['branchline-delivery']));
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (receiver.hangs) return;
      const raw = Buffer.concat(chunks);
      response.writeHead(receiver.status, receiver.answerHeaders).end(receiver.answer);
      if (receiver.status !== 200) return;
      const signed = isSigned(request.headers['branchline-signature'], raw, secret, now());
      const { method = '', url = '', headers } = request;
      const text = raw.toString('utf8');
      const isJson = headers['content-type']?.startsWith('application/json') === true;
      posts.push({ method, path: url, raw: text, headers, body: isJson ? JSON.parse(text) : {}, signed });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: tls === undefined ? `http://127.0.0.1:${port}/hook/T0PS3CRET` : `https://localhost:${port}/hook`,
    posts,
    ids,
    attempts: () => attempts,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

/** As docs/settings.md tells receivers to check it, without any code of ours. */
function isSigned(
  header: string | string[] | undefined,
  raw: Buffer,
  secret: string,
  now: Date,
): boolean | null {
  if (header === undefined) return null;
  const [, seconds = '', signature = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(header)) ?? [];
  const expected = createHmac('sha256', secret)
    .update(`${seconds}.${raw.toString('utf8')}`)
    .digest();
  if (Math.abs(now.getTime() / 1000 - Number(seconds)) > 300) return false;
  return signature.length === 64 && timingSafeEqual(expected, Buffer.from(signature, 'hex'));
}

/** An e-mail as a server got it. */
export interface Mail {
  readonly raw: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: string | undefined;
}

export interface MailReceiver extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly Mail[];
  /** While true it refuses every recipient. It always refuses those that begin with `gone`. */
  refuses: boolean;
}

export async function startMailReceiver(options: SMTPServerOptions = {}): Promise<MailReceiver> {
  const mails: Mail[] = [];
  const receiver = { refuses: false };
  const server = new SMTPServer({
    authOptional: true,
    ...options,
    onAuth: ({ username, password }, _session, callback) =>
      password === 'hunter2'
        ? callback(null, { user: username ?? '' })
        : callback(new Error(`535 wrong password ${password}`)),
    onRcptTo: ({ address }, _session, callback) =>
      callback(receiver.refuses || address.startsWith('gone') ? new Error('mailbox hunter2 is full') : null),
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        mails.push({
          raw,
          subject: subjectOf(raw),
          text: partOf(raw, 'text/plain'),
          html: partOf(raw, 'text/html'),
          to: session.envelope.rcptTo.map((one) => one.address),
          secure: session.secure === true,
          user: session.user === undefined ? undefined : String(session.user),
        });
        callback();
      });
    },
  });
  // Clients that refuse the certificate cut the connection.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(receiver, {
    port,
    mails,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

function subjectOf(raw: string): string {
  const folded = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(raw)?.[1] ?? '';
  return folded
    .replace(/\r\n[ \t]/g, ' ')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : quotedPrintable(text.replaceAll('_', ' ')),
    );
}

function partOf(raw: string, type: string): string {
  const start = raw.indexOf(`Content-Type: ${type}`);
  const bodyAt = raw.indexOf('\r\n\r\n', start) + 4;
  const head = raw.slice(start, bodyAt);
  const end = raw.indexOf('\r\n----', bodyAt);
  const body = raw.slice(bodyAt, end === -1 ? undefined : end);
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  return /quoted-printable/i.test(head) ? quotedPrintable(body) : body;
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
