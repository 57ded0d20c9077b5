import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

let pair: DatabasePair;
beforeAll(async () => {
  pair = await freshDatabases({ scale: 0.01 });
});
afterAll(() => pair.drop());

test('branches of a file are tested and added; what is wrong or fails stays out', async () => {
  using home = makeHome(pair);
  const { host, port, database, user, password } = pair.source;
  const file = join(home.folder, 'branches.csv');
  const line = (id: string, secret: string, schema = 'adempiere') =>
    [id, host, port, database, user, secret, schema].join(';');
  const lines = [
    'id;server;port;basis data;pengguna;kata sandi;skema',
    line('bdg', password),
    line('plm', 'wrong'),
    line(CONNECTION, password),
    line('bad id', password),
  ];
  writeFileSync(file, lines.join('\r\n'));
  const settings = () => readFileSync(join(home.folder, 'settings.json'), 'utf8');
  const before = settings();
  const command = ['--data-dir', home.folder, 'connection', 'import', file, '--test', '--json'];

  const dry = await runCli([...command, '--dry-run']);
  expect(settings()).toBe(before);
  expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, added: 0 });

  const { code, stdout } = await runCli(command);
  expect(code).toBe(1);
  expect(
    JSON.parse(stdout).branches.map(({ id, outcome }: { id: string; outcome: string }) => [id, outcome]),
  ).toEqual([
    ['bdg', 'added'],
    ['plm', 'failed'],
    [CONNECTION, 'exists'],
    ['bad id', 'wrong'],
  ]);
  expect(JSON.parse(settings()).connections.map(({ id }: { id: string }) => id)).toEqual([CONNECTION, 'bdg']);
  expect(settings() + stdout + dry.stdout).not.toContain(password);
});
