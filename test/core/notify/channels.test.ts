import { once } from 'node:events';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sendThrough } from '../../../src/core/notify/channels.ts';
import { DeliveryError, type Message } from '../../../src/core/notify/message.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { startHookReceiver, startMailReceiver } from '../../support/receivers.ts';

const MESSAGE: Message = {
  id: '3f0c3f8e-7f0a-4a55-9d6c-0e8f5a7b1c2d',
  kind: 'failed',
  level: 'problem',
  at: '2026-11-30T08:00:00.000Z',
  title: 'c_a\r\nBcc: victim@elsewhere.example failed',
  body: 'names',
  language: 'en',
  computer: 'pc',
  batchId: null,
  branches: [{ connection: 'pgsql_lmp', label: 'Lampung\r\nX-Evil: 1' }],
  tables: [],
};

function settingsOf(notifications: unknown) {
  const endpoint = { host: 'h', database: 'd', user: 'u' };
  return settingsSchema.parse({ central: endpoint, connections: [], notifications }).notifications;
}

function problemsOf(notifications: unknown): readonly string[] {
  const endpoint = { host: 'h', database: 'd', user: 'u' };
  const found = settingsSchema.safeParse({ central: endpoint, connections: [], notifications });
  return (
    found.error?.issues.map(
      (one) => `${one.path.join('.')} ${one.code === 'custom' ? one.params?.reason : one.code}`,
    ) ?? []
  );
}

async function send(
  channel: 'webhook' | 'email',
  notifications: unknown,
  folder = tmpdir(),
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const delivery = { folder, env, stop: new AbortController().signal };
  try {
    await sendThrough(channel, MESSAGE, settingsOf(notifications), delivery, new Date());
    return 'sent';
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    expect(`${error.message} ${error.stack}`).not.toMatch(/hunter2|T0PS3CRET/);
    return error.message;
  }
}

/** A port on which nobody listens, or where whoever connects gets no answer. */
async function port(silent: boolean): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((socket) => void socket.on('error', () => {}));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  if (!silent) server.close();
  return { port: taken, [Symbol.asyncDispose]: async () => void server.close() };
}

test('the settings refuse what could not be sent, or not safely', () => {
  const hook = 'https://hq.example/hook';
  const email = { host: 'mail.hq.example', from: 'a@hq.example', to: ['b@hq.example'] };
  expect(problemsOf({ webhook: hook, email })).toEqual([]);
  expect(problemsOf({ webhook: 'http://hq.example/hook' })).toEqual(['notifications.webhook webhook_http']);
  expect(problemsOf({ webhook: { url: 'http://hq.example', allowHttp: true } })).toEqual([]);
  expect(problemsOf({ webhook: 'ftp://hq.example' })).toEqual(['notifications.webhook web_address']);
  expect(problemsOf({ webhook: 'https://me:hunter2@hq.example' })).toEqual([
    'notifications.webhook webhook_login',
  ]);
  expect(problemsOf({ webhook: { url: hook, secret: 'hunter2', headers: { 'X-Fine': 'yes' } } })).toEqual([
    'notifications.webhook.secret password_literal',
  ]);
  expect(
    problemsOf({
      webhook: { url: hook, headers: { 'X-A': 'b\r\nX-Evil: 1', Host: 'x', 'X-Api-Key': 'hunter2' } },
    }),
  ).toEqual([
    'notifications.webhook.headers.X-A webhook_header',
    'notifications.webhook.headers.Host webhook_header',
    'notifications.webhook.headers.X-Api-Key password_literal',
  ]);
  for (const to of ['b@hq.example, c@hq.example', 'b@hq.example\r\nBcc: c@x', 'B <b@hq.example>', 'b'])
    expect(problemsOf({ email: { ...email, to: [to] } })).toEqual(['notifications.email.to.0 email_address']);
  expect(problemsOf({ email: { ...email, security: 'none', user: 'me' } })).toEqual([
    'notifications.email.security email_clear_password',
  ]);
  expect(problemsOf({ email: { ...email, password: '${MAIL}' } })).toEqual([
    'notifications.email.password email_no_user',
  ]);
});

test('a webhook says why it was not delivered, without its address', async () => {
  await using hook = await startHookReceiver();
  const webhook = { url: hook.url, allowHttp: true, timeoutSeconds: 1 };
  expect(await send('webhook', { webhook })).toBe('sent');
  hook.status = 404;
  expect(await send('webhook', { webhook })).toBe('status 404');
  await using other = await startHookReceiver();
  hook.status = 307;
  hook.answerHeaders = { Location: other.url };
  expect(await send('webhook', { webhook })).toBe('redirect 307');
  expect(other.attempts()).toBe(0);
  expect(await send('webhook', { webhook: { ...webhook, secret: '${NOT_SET}' } })).toBe(
    'secret_missing NOT_SET',
  );
  const headers = { Authorization: '${HOOK_TOKEN}' };
  const injected = { HOOK_TOKEN: 'hunter2\r\nX-Evil: 1' };
  expect(await send('webhook', { webhook: { ...webhook, headers } }, tmpdir(), injected)).toBe(
    'failed HEADER',
  );
  await using closed = await port(false);
  const nobody = { ...webhook, url: `http://127.0.0.1:${closed.port}/T0PS3CRET` };
  expect(await send('webhook', { webhook: nobody })).toBe('unreachable ECONNREFUSED');
  await using silent = await port(true);
  const mute = { ...webhook, url: `http://127.0.0.1:${silent.port}/T0PS3CRET` };
  expect(await send('webhook', { webhook: mute })).toBe('timeout');
});

test.runIf(hasOpenssl())('certificates are checked: https, SMTPS and STARTTLS', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-channels-'));
  makeCa(folder.path, 'ca');
  const tls = issue(folder.path, 'ca', 'localhost');
  const env = { HOOK_TOKEN: 'Bearer hunter2', MAIL_PASSWORD: 'hunter2' };
  await using hook = await startHookReceiver({ tls });
  const headers = { Authorization: '${HOOK_TOKEN}' };
  const webhook = { url: hook.url, headers };
  expect(await send('webhook', { webhook }, folder.path, env)).toMatch(/^tls UNABLE_TO_/);
  expect(await send('webhook', { webhook: { ...webhook, caFile: 'ca.pem' } }, folder.path, env)).toBe('sent');
  expect(hook.posts[0]?.headers.authorization).toBe('Bearer hunter2');
  expect(await send('webhook', { webhook: { ...webhook, caFile: 'no.pem' } }, folder.path, env)).toBe(
    'ca_file no.pem',
  );

  const certificate = { key: tls.key, cert: tls.certificate };
  for (const security of ['tls', 'starttls'] as const) {
    await using server = await startMailReceiver({ ...certificate, secure: security === 'tls' });
    const plain = {
      host: 'localhost',
      port: server.port,
      security,
      from: 'a@hq.example',
      to: ['b@hq.example'],
    };
    const email = { ...plain, user: 'me', password: '${MAIL_PASSWORD}', caFile: 'ca.pem' };
    const { caFile: _, ...unknown } = email;
    expect(await send('email', { email: unknown }, folder.path, env)).toMatch(/^tls/);
    expect(await send('email', { email }, folder.path, env)).toBe('sent');
    expect(server.mails).toMatchObject([{ secure: true, user: 'me', to: ['b@hq.example'] }]);
    const [mail] = server.mails;
    const head = mail?.raw.slice(0, mail.raw.indexOf('\r\n\r\n')) ?? '';
    expect(head).not.toMatch(/^(Bcc|X-Evil):/im);
    expect(head).toContain(`Message-ID: <${MESSAGE.id}@branchline.invalid>`);

    const wrong = { ...env, MAIL_PASSWORD: 'not it, hunter2' };
    expect(await send('email', { email }, folder.path, wrong)).toMatch(/^sign_in 535/);
    const passfile = join(folder.path, 'mail.pass');
    writeFileSync(passfile, `localhost:${server.port}:smtp:me:hunter2\n`, { mode: 0o600 });
    const { password: __, ...filed } = { ...email, passfile: 'mail.pass' };
    expect(await send('email', { email: filed }, folder.path)).toBe('sent');
    server.refuses = true;
    expect(await send('email', { email }, folder.path, env)).toMatch(/^refused 550/);
  }
});

test('e-mail is not sent without the encryption that the settings ask for', async () => {
  await using server = await startMailReceiver({ secure: false, disabledCommands: ['STARTTLS'] });
  const email = { host: '127.0.0.1', port: server.port, from: 'a@hq.example', to: ['b@hq.example'] };
  expect(await send('email', { email })).toMatch(/^tls/);
  expect(server.mails).toEqual([]);
  await using silent = await port(true);
  const mute = { ...email, port: silent.port, security: 'none', timeoutSeconds: 1 };
  expect(await send('email', { email: mute })).toBe('timeout');
  await using closed = await port(false);
  expect(await send('email', { email: { ...email, port: closed.port } })).toBe('unreachable ECONNREFUSED');
});
