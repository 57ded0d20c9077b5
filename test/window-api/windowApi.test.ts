import { expect, test } from 'vitest';
import { CALL_NAMES, CALLS, type CallName, EVENTS, parseArgs } from '../../src/window-api/windowApi.ts';

const TABLE = { connection: 'pgsql_lmp', table: 'c_invoice' };

test.each<[CallName, readonly unknown[]]>([
  ['history', [{}, 0, 1]],
  ['history', [{ status: 'failed', trigger: 'schedule', day: '2026-11-29' }, 1_000_000, 500]],
  ['runNow', [{ connections: ['pgsql_lmp'], tables: ['CInvoice'], strategy: 'full' }]],
  ['resume', ['sync_1', { tables: [TABLE], acceptSources: ['pgsql_lmp'] }]],
  ['verify', [{ only: [TABLE], repair: true }]],
  ['answerCopy', ['keep', null]],
  ['pause', ['2026-11-29T08:00:00Z']],
  ['testConnection', [{ kind: 'source', connection: { port: 'not looked at yet' } }, 'x']],
  ['saveSettings', [{ anything: 1 }, null]],
  ['exportToDisk', [{ connection: 'a', to: { folder: 'E:\\', name: 'a.export' }, passphrase: 'x' }]],
  ['exportToDisk', [{ connection: 'a', to: 'unfinished', passphrase: 'x' }]],
])('%s takes %j as it is', (call, args) => {
  expect(parseArgs(call, args)).toEqual(args);
});

test.each<[CallName, unknown]>([
  ['history', [{ status: 'lost' }, 0, 1]],
  ['history', [{ status: undefined, more: 1 }, 0, 1]],
  ['history', [{ day: '2026-02-30' }, 0, 1]],
  ['history', [{}, 0.5, 1]],
  ['history', [{}, 0, 501]],
  ['batch', ['']],
  ['batch', ['x'.repeat(201)]],
  ['runNow', [{ tables: 'c_invoice' }]],
  ['runNow', [{ tables: new Array(5001).fill('c_invoice') }]],
  ['resume', ['sync_1', { tables: [{ ...TABLE, more: 1 }] }]],
  ['answerCopy', ['both', null]],
  ['pause', ['tomorrow']],
  ['discover', [{ kind: 'source', central: {} }, null]],
  ['setPassword', [{ kind: 'central', central: {} }, 'x'.repeat(1001)]],
  ['exportToDisk', [{ connection: 'a', to: { folder: '/', name: '../a.export' }, passphrase: 'x' }]],
  ['exportToDisk', [{ connection: 'a', to: { folder: '/\0', name: 'a.export' }, passphrase: 'x' }]],
  ['exportToDisk', [{ connection: 'a', to: 'unfinished', passphrase: '' }]],
  ['importFromDisk', [{ from: { file: '/a', batch: 'b' }, passphrase: 'x' }]],
  ['setup', [1]],
  ['setup', { length: 0 }],
])('%s refuses %j', (call, args) => {
  expect(() => parseArgs(call, args)).toThrow();
});

test('what a command or event invalidates is a cached answer', () => {
  const queries = CALL_NAMES.filter((name) => CALLS[name].kind === 'query');
  const stale = [...Object.values(CALLS), ...Object.values(EVENTS)].flatMap((entry) =>
    'invalidates' in entry ? entry.invalidates : [],
  );
  expect(queries).toEqual(expect.arrayContaining(stale));
  expect(queries.length).toBeLessThan(CALL_NAMES.length);
});
