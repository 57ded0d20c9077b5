import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sendThrough } from '../../../src/core/notify/channels.ts';
import { DeliveryError, type Message } from '../../../src/core/notify/message.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';
import { hasOpenssl, issue, makeCa } from '../../support/certificates.ts';
import { startHookReceiver } from '../../support/receivers.ts';

const TOKEN = '123456789:AAhunter2hunter2hunter2hunter2hunt';

const MESSAGE: Message = {
  id: '3f0c3f8e-7f0a-4a55-9d6c-0e8f5a7b1c2d',
  kind: 'failed',
  level: 'problem',
  at: '2026-11-30T08:00:00.000Z',
  title: '1 dari 2 tabel gagal',
  body: 'c_order_line, <b>x</b>, @boss, /stop, www.evil.example, https://evil/',
  language: 'id',
  computer: 'pc',
  batchId: null,
  branches: [{ connection: 'pgsql_lmp', label: 'Lampung' }],
  tables: [],
};

const endpoint = { host: 'h', database: 'd', user: 'u' };
const parse = (telegram: unknown) =>
  settingsSchema.safeParse({ central: endpoint, connections: [], notifications: { telegram } });

function problemsOf(telegram: unknown): readonly string[] {
  return (
    parse(telegram).error?.issues.map(
      (one) => `${one.path.slice(2).join('.')} ${one.code === 'custom' ? one.params?.reason : one.code}`,
    ) ?? []
  );
}

/** A local server of Telegram's API with its own CA, and a way to send to it. */
async function telegramServer() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'branchline-telegram-'));
  makeCa(folder.path, 'ca');
  const hook = await startHookReceiver({ tls: issue(folder.path, 'ca', 'localhost') });
  hook.answer = '{"ok":true,"result":{"message_id":1}}';
  const apiUrl = new URL(hook.url).origin;
  const send = async (message = MESSAGE, more: object = {}, env: Record<string, string> = { BOT: TOKEN }) => {
    const settings = parse({ token: '${BOT}', chatId: -100123, apiUrl, caFile: 'ca.pem', ...more });
    if (!settings.success) throw settings.error;
    const delivery = { folder: folder.path, env, stop: new AbortController().signal };
    try {
      await sendThrough('telegram', message, settings.data.notifications, delivery, new Date());
      return 'sent';
    } catch (error) {
      if (!(error instanceof DeliveryError)) throw error;
      expect(`${error.message} ${error.stack}`).not.toContain('hunter2');
      return `${error.message} ${error.retryAfterMs ?? ''}`.trim();
    }
  };
  return {
    hook,
    send,
    [Symbol.asyncDispose]: async () => {
      await hook[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

test('the settings of Telegram need a chat, and refuse an address without TLS and a token that is written out', () => {
  expect(problemsOf({ chatId: -1001234567890 })).toEqual([]);
  expect(problemsOf({ chatId: '@branches_it', token: '${BOT}', threadId: 3 })).toEqual([]);
  expect(problemsOf({})).toEqual(['chatId invalid_union']);
  expect(problemsOf({ chatId: 'IT team' })).toEqual(['chatId telegram_chat']);
  expect(problemsOf({ chatId: 1, token: TOKEN })).toEqual(['token password_literal']);
  for (const apiUrl of ['http://localhost:8081', 'https://me:pw@bot.example', 'https://bot.example/?a'])
    expect(problemsOf({ chatId: 1, apiUrl })).toEqual(['apiUrl telegram_api']);
});

test.runIf(hasOpenssl())(
  'a message is sent as plain text that mentions, links and commands nothing',
  async () => {
    await using server = await telegramServer();
    expect(await server.send(MESSAGE, { threadId: 7 })).toBe('sent');
    const [post] = server.hook.posts;
    expect(post).toMatchObject({ method: 'POST', path: `/bot${TOKEN}/sendMessage` });
    expect(post?.body).toMatchObject({
      chat_id: -100123,
      message_thread_id: 7,
      link_preview_options: { is_disabled: true },
      disable_notification: false,
    });
    expect(post?.body.parse_mode).toBeUndefined();
    expect(post?.body.text).toMatch(/^Lampung: 1 dari 2 tabel gagal\nc_order_line, <b>x<\/\u200b?b>/);
    expect(post?.body.text).not.toMatch(/@boss|\/stop|www\.evil|https:\/\//);

    expect(await server.send({ ...MESSAGE, level: 'information', body: 'c_order, '.repeat(2000) })).toBe(
      'sent',
    );
    const { text, disable_notification } = server.hook.posts[1]?.body ?? {};
    expect(disable_notification).toBe(true);
    expect(String(text).length).toBeLessThanOrEqual(4096);
    expect(text).toMatch(/c_order,…$/);
    expect(await server.send({ ...MESSAGE, body: '😀'.repeat(5000) })).toBe('sent');
    expect(server.hook.posts[2]?.body.text).toMatch(/😀…$/u);
  },
);

test.runIf(hasOpenssl())('Telegram says why it refused a message, and how long to wait', async () => {
  await using server = await telegramServer();
  const answer = async (status: number, more: object = {}) => {
    server.hook.status = status;
    server.hook.answer = JSON.stringify({ ok: false, description: `about ${TOKEN}`, ...more });
    return server.send();
  };
  expect(await answer(401)).toBe('bot_token 401');
  expect(await answer(400)).toBe('chat 400');
  expect(await answer(403)).toBe('chat 403');
  expect(await answer(400, { parameters: { migrate_to_chat_id: -1009 } })).toBe('chat_moved -1009');
  expect(await answer(429, { parameters: { retry_after: 37 } })).toBe('status 429 37000');
  server.hook.answerHeaders = { 'Retry-After': '12' };
  expect(await answer(429)).toBe('status 429 12000');
  expect(await answer(502)).toBe('status 502 12000');
  expect(await answer(200)).toBe('not_accepted');
  server.hook.answer = '<html>sign in to this network</html>';
  expect(await server.send()).toBe('not_accepted');
});

test.runIf(hasOpenssl())('a token that is none is not sent anywhere', async () => {
  await using server = await telegramServer();
  expect(await server.send(MESSAGE, {}, {})).toBe('secret_missing BOT');
  expect(await server.send(MESSAGE, {}, { BOT: '1/../../x?' })).toBe('bot_token');
  expect(await server.send(MESSAGE, { caFile: undefined })).toMatch(/^tls /);
  expect(server.hook.attempts()).toBe(0);
});
