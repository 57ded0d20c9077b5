import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { sendThrough } from '../../../src/core/notify/channels.ts';
import { DeliveryError, type Message } from '../../../src/core/notify/message.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';
import { startHookReceiver } from '../../support/receivers.ts';

const endpoint = { host: 'h', database: 'd', user: 'u' };
const parse = (ping: unknown) =>
  settingsSchema.safeParse({ central: endpoint, connections: [], notifications: { ping } });

function problemsOf(ping: unknown): readonly string[] {
  return (
    parse(ping).error?.issues.map(
      (one) => `${one.path.slice(2).join('.')} ${one.code === 'custom' ? one.params?.reason : one.code}`,
    ) ?? []
  );
}

const messageOf = (kind: string): Message => ({
  id: '3f0c3f8e-7f0a-4a55-9d6c-0e8f5a7b1c2d',
  kind,
  level: 'information',
  at: '2026-11-30T08:00:00.000Z',
  title: '',
  body: '37/38',
  language: 'en',
  computer: '',
  batchId: kind === 'test' ? null : 'sync_20261130_202146_s4o1hde0',
  branches: [],
  tables: [],
});

const KINDS = ['ping_start', 'ping_success', 'ping_failure', 'test'];

/** The requests that all kinds of ping make at an address with this path. */
async function requests(path: string, more: object = {}): Promise<readonly string[]> {
  await using hook = await startHookReceiver();
  const settings = parse({ url: new URL(path, hook.url).href, allowHttp: true, ...more });
  if (!settings.success) throw settings.error;
  const delivery = { folder: tmpdir(), env: {}, stop: new AbortController().signal };
  for (const kind of KINDS)
    await sendThrough('ping', messageOf(kind), settings.data.notifications, delivery, new Date());
  return hook.posts.map((one) => `${one.method} ${one.path}`);
}

test('the settings take the address of a ping alone or as a group, and refuse one without TLS', () => {
  expect(problemsOf('https://hc-ping.com/uuid')).toEqual([]);
  expect(problemsOf({ url: 'https://hc-ping.com/uuid', style: 'uptime-kuma' })).toEqual([]);
  expect(problemsOf('http://kuma.local/api/push/x')).toEqual([' webhook_http']);
  expect(problemsOf({ url: 'https://a:b@hc-ping.com/' })).toEqual(['url webhook_login']);
  expect(problemsOf({ url: 'https://hc-ping.com/', style: 'other' })).toEqual(['style invalid_value']);
});

test('healthchecks.io gets start, success and failure with the id of the batch, and a test as a log entry', async () => {
  const made = await requests('/key/branch-lmp/?create=1');
  const [rid = ''] = /rid=.*$/.exec(made[0] ?? '') ?? [];
  expect(rid).toMatch(/^rid=[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(made).toEqual([
    `GET /key/branch-lmp/start?create=1&${rid}`,
    `GET /key/branch-lmp?create=1&${rid}`,
    `GET /key/branch-lmp/fail?create=1&${rid}`,
    'GET /key/branch-lmp/log?create=1',
  ]);
});

test('Uptime Kuma gets up and down, and nothing at the start', async () => {
  const expected = [
    'GET /api/push/T0KEN?status=up&msg=37%2F38&ping=',
    'GET /api/push/T0KEN?status=down&msg=37%2F38&ping=',
    'GET /api/push/T0KEN?status=up&msg=test&ping=',
  ];
  expect(await requests('/api/push/T0KEN?status=up&msg=OK&ping=')).toEqual(expected);
  const behind = await requests('/kuma/T0KEN', { style: 'uptime-kuma' });
  expect(behind[0]).toBe('GET /kuma/T0KEN?status=up&msg=37%2F38&ping=');
});

test('a ping that is refused says so without its address', async () => {
  await using hook = await startHookReceiver();
  hook.status = 404;
  const settings = parse({ url: hook.url, allowHttp: true });
  if (!settings.success) throw settings.error;
  const delivery = { folder: tmpdir(), env: {}, stop: new AbortController().signal };
  const sent = sendThrough('ping', messageOf('test'), settings.data.notifications, delivery, new Date());
  await expect(sent).rejects.toEqual(new DeliveryError('status', 404));
});
