import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { applyFragment, fragmentOf } from '../../../src/core/settings/fragment.ts';
import { type Settings, settingsSchema } from '../../../src/shared/settings.ts';

const CENTRAL = { host: 'hq', database: 'central', user: 'branchline' };
const BRANCH = { id: 'pgsql_lmp', host: 'erp', database: 'erp', user: 'branchline_read' };
const KEY = `${'B'.repeat(43)}=`;

const DOCUMENT = {
  central: CENTRAL,
  connections: [BRANCH, { ...BRANCH, id: 'pgsql_plb' }],
  sync: { chunkRows: 500 },
  requests: { enabled: true, allow: ['settings'], keys: [{ name: 'hq', key: KEY }] },
};

function home(): { readonly folder: string; read(): Record<string, unknown> } {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-fragment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(DOCUMENT));
  return { folder, read: () => JSON.parse(readFileSync(file, 'utf8')) };
}

const apply = (folder: string, value: unknown): Settings => {
  const fragment = fragmentOf(value);
  if (fragment === null) throw new Error('forbidden');
  return applyFragment(folder, 'pgsql_lmp', fragment);
};

test('a fragment changes what it names, of its own connection, and nothing else', () => {
  const { folder, read } = home();
  const schedules = [{ id: 'night', cron: '30 1 * * *' }];
  apply(folder, {
    sync: { bandwidthKbps: 800 },
    schedules,
    connection: { exclude: ['ad_session'], enabled: false },
  });
  expect(read()).toEqual({
    ...DOCUMENT,
    connections: [
      { ...BRANCH, exclude: ['ad_session'], enabled: false },
      { ...BRANCH, id: 'pgsql_plb' },
    ],
    sync: { chunkRows: 500, bandwidthKbps: 800 },
    schedules,
  });
});

test.each([
  ['the address of head office', { central: { ...CENTRAL, host: 'evil' } }],
  ['connections as a whole', { connections: [{ ...BRANCH, host: 'evil' }] }],
  ['the address of the branch', { connection: { host: 'evil' } }],
  ['where a password is', { connection: { password: '${OTHER}' } }],
  ['a password file', { connection: { passfile: '/etc/shadow' } }],
  ['who signs in', { connection: { user: 'postgres' } }],
  ['the encryption', { connection: { sslmode: 'disable' } }],
  ['an SSH server', { connection: { ssh: { host: 'evil', user: 'x', agent: true } } }],
  ['which schema is read', { connection: { schema: 'payroll' } }],
  ['where the rows go', { connection: { targetSchema: 'other' } }],
  ['a consent to deletes', { connection: { tables: [{ name: 'item', allowDeletes: true }] } }],
  ['the id', { connection: { id: 'pgsql_plb' } }],
  ['the label', { connection: { label: 'Head office' } }],
  ['the keys', { requests: { enabled: true, keys: [{ name: 'x', key: KEY }] } }],
  ['what is allowed', { requests: { allow: ['settings'] } }],
  ['where notifications go', { notifications: { webhook: 'https://evil.example' } }],
  ['silence', { notifications: { noSuccessHours: 0 } }],
  ['how long records are kept', { retention: { days: 1 } }],
  ['commands', { hooks: { afterBatch: 'rm -rf /' } }],
  ['the language', { language: 'id' }],
  ['repairs without asking', { sync: { onDifference: 'repair' } }],
  ['an unknown field of sync', { sync: { dataDir: '/tmp' } }],
  ['a prototype', JSON.parse('{"__proto__": {"central": {}}}')],
  ['a prototype of a group', JSON.parse('{"sync": {"__proto__": {"x": 1}}}')],
  ['a constructor', JSON.parse('{"constructor": {"prototype": {}}}')],
  ['no group', []],
  ['nothing', null],
])('%s never comes from head office', (_, value) => {
  expect(fragmentOf(value)).toBeNull();
});

test.each([
  ['a wrong number', { sync: { parallelTables: 1000 } }],
  ['a wrong type', { sync: { bandwidthKbps: '800' } }],
  ['an unplannable schedule', { schedules: [{ id: 'x', cron: 'never' }] }],
  ['an unknown field of a schedule', { schedules: [{ id: 'x', cron: '* * * * *', command: 'ls' }] }],
  [
    'two schedules of one id',
    {
      schedules: [
        { id: 'x', cron: '1 1 * * *' },
        { id: 'x', cron: '2 1 * * *' },
      ],
    },
  ],
  ['no tables', { connection: { tables: [] } }],
  ['an unknown strategy', { connection: { tables: [{ name: 'item', strategy: 'drop' }] } }],
  ['an unknown field of a cursor', { connection: { tables: [{ name: 'item', cursor: { sql: 'x' } }] } }],
])('%s is refused before anything is written', (_, value) => {
  const { folder, read } = home();
  expect(() => apply(folder, value)).toThrow(expect.objectContaining({ code: 'settings_invalid' }));
  expect(read()).toEqual(DOCUMENT);
});

test('a list of tables keeps the consents to deletes that the branch has given', () => {
  const { folder, read } = home();
  const [first, second] = DOCUMENT.connections;
  const tables = [{ name: 'item', allowDeletes: true }, 'stock'];
  const before = { ...DOCUMENT, connections: [{ ...first, tables }, second] };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(before));
  apply(folder, { connection: { tables: ['item', { name: 'stock', strategy: 'auto' }] } });
  expect(read()).toMatchObject({
    connections: [
      {
        tables: [
          { name: 'item', allowDeletes: true },
          { name: 'stock', strategy: 'auto' },
        ],
      },
      { id: 'pgsql_plb' },
    ],
  });
});

test('requests are off by default, and need a key', () => {
  const { requests } = settingsSchema.parse({ central: CENTRAL, connections: [] });
  expect(requests).toMatchObject({ enabled: false, keys: [] });
  expect(requests.allow).not.toContain('settings');
  const withRequests = (part: unknown) =>
    settingsSchema.safeParse({ central: CENTRAL, connections: [], requests: part }).success;
  expect(withRequests({ enabled: true })).toBe(false);
  expect(withRequests({ enabled: true, keys: [{ name: 'hq', key: KEY }] })).toBe(true);
  const other = { name: 'hq', key: `${'C'.repeat(42)}A=` };
  expect(withRequests({ enabled: true, keys: [{ name: 'hq', key: KEY }, other] })).toBe(false);
  expect(
    withRequests({
      enabled: true,
      keys: [
        { name: 'hq', key: KEY },
        { ...other, name: 'hq-2027' },
      ],
    }),
  ).toBe(true);
  for (const key of ['', 'x', `${'A'.repeat(43)}=`, `${'B'.repeat(42)}==`, `ssh-ed25519 ${KEY}`])
    expect(withRequests({ enabled: true, keys: [{ name: 'hq', key }] }), key).toBe(false);
});
