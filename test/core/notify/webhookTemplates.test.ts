import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sendThrough } from '../../../src/core/notify/channels.ts';
import { DeliveryError, type Message } from '../../../src/core/notify/message.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';
import { type Post, startHookReceiver } from '../../support/receivers.ts';

const HOSTILE =
  'x"}],"y":[{"z":"&to=1 @everyone <!channel> <@U1> *b* _i_ [a](https://evil.example) {name} <at>all</at>';

const MESSAGE: Message = {
  id: '3f0c3f8e-7f0a-4a55-9d6c-0e8f5a7b1c2d',
  kind: 'failed',
  level: 'problem',
  at: '2026-11-30T08:00:00.000Z',
  title: '1 of 2 tables failed',
  body: `${HOSTILE}: c_order_line`,
  language: 'en',
  computer: 'pc',
  batchId: 'b1',
  branches: [{ connection: 'pgsql_lmp', label: `Lampung ${HOSTILE}` }],
  tables: [{ connection: 'pgsql_lmp', table: HOSTILE }],
};

const endpoint = { host: 'h', database: 'd', user: 'u' };

function settingsOf(webhook: unknown) {
  return settingsSchema.parse({ central: endpoint, connections: [], notifications: { webhook } })
    .notifications;
}

function problemsOf(webhook: Readonly<Record<string, unknown>>): readonly string[] {
  const notifications = { webhook: { url: 'https://hq.example/hook', ...webhook } };
  const found = settingsSchema.safeParse({ central: endpoint, connections: [], notifications });
  return (
    found.error?.issues.map(
      (one) => `${one.path.slice(2).join('.')} ${one.code === 'custom' ? one.params?.reason : one.code}`,
    ) ?? []
  );
}

/** What a receiver gets of a webhook with these settings. */
async function received(webhook: Readonly<Record<string, unknown>>, message = MESSAGE): Promise<Post> {
  await using hook = await startHookReceiver();
  hook.answer = '{"status":true}';
  const delivery = { folder: tmpdir(), env: { TOKEN: 'hunter2' }, stop: new AbortController().signal };
  const settings = settingsOf({ url: hook.url, allowHttp: true, ...webhook });
  await sendThrough('webhook', message, settings, delivery, new Date());
  const [post] = hook.posts;
  if (post === undefined) throw new Error('nothing arrived');
  return post;
}

/** Every text within a JSON value. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

const LONG: Message = { ...MESSAGE, body: 'schema.table_name, '.repeat(2000) };

test('the settings refuse a template that could not be filled in', () => {
  const text = { text: '{{text}}' };
  expect(problemsOf({ template: 'slack' })).toEqual([]);
  expect(problemsOf({ template: 'ntfy', to: 'branches' })).toEqual([]);
  expect(problemsOf({ template: 'fonnte', to: '6281234567890,+62811,1203-1600@g.us' })).toEqual([]);
  expect(problemsOf({ body: text, method: 'PUT', headers: { 'X-Title': '{{ title }}' } })).toEqual([]);
  expect(problemsOf({ template: 'skype' })).toEqual(['template invalid_value']);
  expect(problemsOf({ template: 'ntfy' })).toEqual(['to webhook_to']);
  expect(problemsOf({ template: 'ntfy', to: 'a/b' })).toEqual(['to webhook_to']);
  expect(problemsOf({ template: 'fonnte', to: '0812|Boss' })).toEqual(['to webhook_to']);
  expect(problemsOf({ template: 'slack', to: '62811' })).toEqual(['to webhook_to']);
  expect(problemsOf({ template: 'slack', body: text })).toEqual(['body webhook_template']);
  expect(problemsOf({ body: { a: [{ b: '{{text}} {{secret}}' }] } })).toEqual(['body webhook_placeholder']);
  expect(problemsOf({ body: { '{{text}}': 'x' } })).toEqual(['body webhook_placeholder']);
  expect(problemsOf({ body: { a: '{{constructor}} {{}}' } })).toEqual(['body webhook_placeholder']);
  expect(problemsOf({ headers: { 'X-Title': '{{titel}}' } })).toEqual([
    'headers.X-Title webhook_placeholder',
  ]);
  expect(problemsOf({ headers: { 'X-Token': '{{title}}' } })).toEqual(['headers.X-Token password_literal']);
  expect(problemsOf({ body: 'a text' })).toEqual(['body webhook_body']);
  const form = { contentType: 'application/x-www-form-urlencoded' };
  expect(problemsOf({ ...form, body: { a: { b: '{{text}}' } } })).toEqual(['body webhook_body']);
  expect(problemsOf({ ...form })).toEqual(['body webhook_body']);
  expect(problemsOf({ method: 'DELETE' })).toEqual(['method invalid_value']);
});

test('a body of JSON is filled in without a value becoming part of it, and mentions nobody', async () => {
  const body = {
    say: '{{title}} / {{tables}}',
    of: [{ n: 1, kind: '{{event}}-{{ level }}' }],
    literal: '{"a"}',
  };
  const post = await received({ method: 'PUT', body });
  expect(post.method).toBe('PUT');
  expect(post.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(Object.keys(post.body)).toEqual(['say', 'of', 'literal']);
  expect(post.body).toMatchObject({ of: [{ n: 1, kind: 'failed-problem' }], literal: '{"a"}' });
  expect(post.body.say).toContain('1 of 2 tables failed / x"}],"y"');
  expect(post.body.say).not.toMatch(/<|@everyone|@U1/);
  const told = await received({ body: { say: '{{tables}}' }, markup: 'none' } as const);
  expect(told.body.say).toBe(HOSTILE);
  const hidden = { ...MESSAGE, title: '{{computer}}' };
  expect((await received({ body: { say: '{{title}}' } }, hidden)).body.say).toBe('{{computer}}');
});

test('a form and a plain text are filled in, and a value adds no field', async () => {
  const contentType = 'application/x-www-form-urlencoded';
  const form = await received({ contentType, body: { to: '+62811', message: '{{tables}}' }, markup: 'none' });
  expect([...new URLSearchParams(form.raw)]).toEqual([
    ['to', '+62811'],
    ['message', HOSTILE],
  ]);
  const plain = await received({ contentType: 'text/plain', body: 'Cabang: {{body}}', markup: 'markdown' });
  expect(plain.headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(plain.raw).toContain('Cabang: x"');
  expect(plain.raw).toContain('\\*b\\* \\_i\\_ \\[a\\]\\(https\\://');
  expect(plain.raw).not.toContain('@everyone');
});

test('a value in a header cannot begin another header', async () => {
  const headers = { Title: '{{title}} on {{computer}}', Authorization: '${TOKEN}' };
  const injected = { ...MESSAGE, title: 'tabel gagal\r\nX-Evil: 1' };
  const post = await received({ headers }, injected);
  expect(post.headers.title).toBe('tabel gagal X-Evil: 1 on pc');
  expect(post.headers['x-evil']).toBeUndefined();
  expect(post.headers.authorization).toBe('hunter2');
  const foreign = await received({ headers }, { ...MESSAGE, title: 'gagal — 表' });
  const [, encoded = ''] = /^=\?UTF-8\?B\?(.*)\?=$/.exec(String(foreign.headers.title)) ?? [];
  expect(Buffer.from(encoded, 'base64').toString('utf8')).toBe('gagal — 表 on pc');
});

test('of many branches the first are named, and the title stays', async () => {
  const branches = Array.from({ length: 300 }, (_, n) => ({ connection: `c${n}`, label: `Cabang ${n}` }));
  const { body } = await received({ template: 'slack' }, { ...MESSAGE, branches });
  expect(textsOf(body.blocks)).toContainEqual(
    expect.stringMatching(/^Cabang 0, Cabang 1.*…: 1 of 2 tables failed$/),
  );
});

test('Slack gets plain text blocks, and no markup or mention elsewhere', async () => {
  const { body } = await received({ template: 'slack' });
  expect(body).toMatchObject({ mrkdwn: false, link_names: false, unfurl_links: false });
  expect(body.text).not.toMatch(/<|@everyone/);
  const blocks = body.blocks as readonly {
    readonly text: { readonly type: string; readonly text: string };
  }[];
  expect(blocks.map((one) => one.text.type)).toEqual(['plain_text', 'plain_text']);
  expect(blocks[1]?.text.text).toContain('c_order_line');
  const long = (await received({ template: 'slack' }, LONG)).body.blocks as typeof blocks;
  expect(long.map((one) => one.text.text.length <= (one === long[0] ? 150 : 3000))).toEqual([true, true]);
  expect(long[1]?.text.text).toMatch(/schema\.table_name,…$/);
});

test('Teams gets an Adaptive Card whose texts have no Markdown', async () => {
  const { body, raw } = await received({ template: 'teams' }, LONG);
  expect(Buffer.byteLength(raw)).toBeLessThan(28 * 1024);
  expect(body.type).toBe('message');
  const [attachment] = body.attachments as readonly {
    readonly contentType: string;
    readonly content: {
      readonly type: string;
      readonly version: string;
      readonly body: readonly {
        readonly type: string;
        readonly inlines: readonly { readonly type: string }[];
      }[];
    };
  }[];
  expect(attachment?.contentType).toBe('application/vnd.microsoft.card.adaptive');
  expect(attachment?.content).toMatchObject({ type: 'AdaptiveCard', version: '1.4' });
  expect(new Set(attachment?.content.body.map((one) => one.type))).toEqual(new Set(['RichTextBlock']));
  expect(new Set(attachment?.content.body.flatMap((one) => one.inlines.map((run) => run.type)))).toEqual(
    new Set(['TextRun']),
  );
  const texts = textsOf((await received({ template: 'teams' })).body);
  expect(texts).toContainEqual(expect.stringMatching(/^Lampung x"\}\],"y".*…: 1 of 2 tables failed$/));
  expect(texts).toContain(`${HOSTILE}: c_order_line`);
});

test('Discord gets escaped Markdown, notifies nobody, and is cut whole', async () => {
  const { body } = await received({ template: 'discord' });
  expect(body).toMatchObject({ allowed_mentions: { parse: [] }, flags: 4 });
  expect(body.content).not.toMatch(/@everyone|(?<!\\)[*_[\]<>]|https:/);
  expect(body.content).toContain('c\\_order\\_line');
  const { content } = (await received({ template: 'discord' }, { ...LONG, body: '_'.repeat(5000) })).body;
  expect(String(content).length).toBeLessThanOrEqual(2000);
  expect(content).toMatch(/\\_…$/);
});

test('ntfy gets its topic and a text of at most 4,096 bytes', async () => {
  const webhook = { template: 'ntfy', to: 'branches' };
  const { body } = await received(webhook);
  expect(body).toMatchObject({ topic: 'branches', priority: 4, tags: ['warning'] });
  expect(body.title).toContain('1 of 2 tables failed');
  const recovered = await received(webhook, { ...LONG, level: 'recovered', body: '表'.repeat(5000) });
  expect(recovered.body).toMatchObject({ priority: 3, tags: ['white_check_mark'] });
  expect(Buffer.byteLength(String(recovered.body.message))).toBeLessThanOrEqual(4096);
  expect(recovered.body.message).toMatch(/表…$/);
});

test('Fonnte gets a form, and an answer with "status": false is no delivery', async () => {
  const webhook = { template: 'fonnte', to: '6281234567890', headers: { Authorization: '${TOKEN}' } };
  const post = await received(webhook);
  expect(post.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(post.headers.authorization).toBe('hunter2');
  const fields = new URLSearchParams(post.raw);
  expect([...fields.keys()]).toEqual(['target', 'message']);
  expect(fields.get('target')).toBe('6281234567890');
  expect(fields.get('message')).toContain('c_order_line');
  // A time in Bahasa Indonesia, such as 08.00.00, is no link.
  const inIndonesian = (await received(webhook, { ...MESSAGE, language: 'id' })).raw;
  expect(new URLSearchParams(inIndonesian).get('message')).toMatch(/2026, \d\d\.\d\d\.\d\d, pc$/);
  expect(fields.get('message')).not.toMatch(/@everyone|\{name|\*b\*|_i_|https:\/\/|evil\.example/);

  await using hook = await startHookReceiver();
  const settings = settingsOf({ ...webhook, url: hook.url, allowHttp: true });
  const delivery = { folder: tmpdir(), env: { TOKEN: 'hunter2' }, stop: new AbortController().signal };
  for (const answer of [
    '{"status":false,"reason":"token hunter2 invalid"}',
    'no JSON',
    `"${'a'.repeat(100_000)}"`,
  ]) {
    hook.answer = answer;
    const sent = sendThrough('webhook', MESSAGE, settings, delivery, new Date());
    await expect(sent).rejects.toEqual(new DeliveryError('not_accepted'));
  }
});
