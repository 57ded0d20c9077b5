import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importBranches, planBranches } from '../../src/core/probe/branchImport.ts';
import { testMany } from '../../src/core/probe/testMany.ts';
import { fileStore } from '../../src/core/settings/change.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';

let pair: DatabasePair;
beforeAll(async () => {
  pair = await freshDatabases({ scale: 0.01 });
});
afterAll(() => pair.drop());

const HEADS = 'id;nama;server;port;basis data;pengguna;kata sandi;skema;tabel';

function lineOf(id: string, label: string, over: { password?: string; schema?: string; port?: string } = {}) {
  const { host, port, database, user, password } = pair.source;
  const { schema = 'adempiere' } = over;
  return [
    id,
    label,
    host,
    over.port ?? port,
    database,
    user,
    over.password ?? password,
    schema,
    'c_* m_*',
  ].join(';');
}

test('a table is planned line by line: new, there already, or wrong with its columns', () => {
  using home = makeHome(pair);
  const text = [
    HEADS,
    lineOf('a', 'Bandung'),
    lineOf(CONNECTION, 'Lampung'),
    lineOf('a', 'Bandung twice'),
    lineOf('b', '=cmd', { port: '70000' }),
    ';Metro;;;;;;;',
  ].join('\n');
  const { branches } = planBranches(home.folder, text);
  expect(branches.map(({ line, state }) => [line, state])).toEqual([
    [2, 'new'],
    [3, 'exists'],
    [4, 'wrong'],
    [5, 'wrong'],
    [6, 'wrong'],
  ]);
  expect(branches[2]?.problems).toEqual([{ column: 'id', reason: '"a" is in line 2 already' }]);
  expect(branches[3]?.problems.map(({ column }) => column)).toEqual(['label']);
  expect(branches[4]?.problems.map(({ column }) => column)).toEqual(['host', 'database', 'user']);
  expect(branches[0]?.connection).toMatchObject({ id: 'a', label: 'Bandung', tables: ['c_*', 'm_*'] });
  expect(JSON.stringify(branches.map((one) => one.connection))).not.toContain(pair.source.password);
  const wrongPort = planBranches(home.folder, [HEADS, lineOf('b', 'B', { port: '70000' })].join('\n'), 'id');
  expect(wrongPort.branches[0]?.problems).toEqual([{ column: 'port', reason: 'paling banyak 65535' }]);
});

test('an address in a column is taken apart, and its password kept apart', () => {
  using home = makeHome(pair);
  const text = 'nama,alamat\nMetro,postgres://reader:s%40fe@10.0.0.5/erp';
  expect(planBranches(home.folder, text).branches[0]).toMatchObject({
    connection: { id: 'metro', label: 'Metro', host: '10.0.0.5', database: 'erp', user: 'reader' },
    password: 's@fe',
    state: 'new',
  });
});

test('chosen lines are added with one write, passwords elsewhere; all others stay out', async () => {
  using home = makeHome(pair);
  const text = [
    HEADS,
    lineOf('a', 'A'),
    lineOf('b', 'B'),
    lineOf('c', 'C', { password: 'with "quotes", ; and =' }),
  ].join('\n');
  const plan = planBranches(
    home.folder,
    text.replace('with "quotes", ; and =', '"with ""quotes"", ; and ="'),
  );
  let writes = 0;
  const store = fileStore(home.folder);
  const counted = {
    write: (...args: Parameters<typeof store.write>) => {
      writes += 1;
      store.write(...args);
    },
  };
  const outcomes = await importBranches(
    home.folder,
    plan,
    [{ line: 2, schema: 'other' }, { line: 4 }],
    counted,
  );
  expect(outcomes.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['a', 'added'],
    ['c', 'added'],
  ]);
  expect(writes).toBe(1);
  const written = readFileSync(join(home.folder, 'settings.json'), 'utf8');
  expect(
    JSON.parse(written).connections.map(({ id, schema }: { id: string; schema: string }) => [id, schema]),
  ).toEqual([
    [CONNECTION, 'adempiere'],
    ['a', 'other'],
    ['c', 'adempiere'],
  ]);
  expect(written).not.toContain('quotes');
  expect(written).not.toContain(pair.source.password);
});

test('many are tested some at once, each with its own result, and stopped in the middle', async () => {
  using home = makeHome(pair);
  const text = [
    HEADS,
    ...Array.from({ length: 12 }, (_, n) => lineOf(`b${n}`, `B ${n}`, n === 5 ? { password: 'wrong' } : {})),
  ];
  const { branches } = planBranches(home.folder, text.join('\n'));
  const items = branches.map(({ line, connection, password }) => ({
    key: String(line),
    draft: { kind: 'source', connection } as const,
    password,
  }));
  let running = 0;
  let most = 0;
  const results = await testMany(
    home.folder,
    items,
    (_, { steps, doing }) => {
      if (doing === 'name' && steps.length === 0) running += 1;
      if (doing === null) running -= 1;
      most = Math.max(most, running);
    },
    'en',
    new AbortController().signal,
  );
  expect(most).toBe(8);
  const failed = [...results].filter(([, steps]) => steps.some((one) => !one.ok)).map(([key]) => key);
  expect([results.size, failed]).toEqual([12, ['7']]);

  const stop = new AbortController();
  const some = await testMany(home.folder, items, () => stop.abort(), 'en', stop.signal);
  expect(some.size).toBeLessThan(12);
});
