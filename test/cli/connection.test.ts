import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './run.ts';

let folder = '';
const file = () => join(folder, 'settings.json');
const settings = async () => JSON.parse(await readFile(file(), 'utf8'));
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runCli([...args, '--data-dir', folder], { env });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CENTRAL = ['connection', 'add', '--id', 'central', '--host', 'hq', '--database', 'd', '--user', 'u'];
const BRANCH = ['connection', 'add', '--id', 'pgsql_lmp', '--url', 'postgres://reader@127.0.0.1:5433/erp'];

describe('connection add', () => {
  it('creates the settings with central, then adds branches, and writes only the given options', async () => {
    expect((await run([...CENTRAL, '--password-env', 'HQ_PASSWORD'])).code).toBe(0);
    const added = await run([...BRANCH, '--tables', 'c_*,m_product', '--exclude', 't_*']);
    expect(added.code).toBe(0);
    expect(added.stdout).toContain(`branchline connection test pgsql_lmp --data-dir ${folder}`);
    expect(await settings()).toEqual({
      central: { host: 'hq', database: 'd', user: 'u', password: '${HQ_PASSWORD}' },
      connections: [
        {
          id: 'pgsql_lmp',
          url: 'postgres://reader@127.0.0.1:5433/erp',
          tables: ['c_*', 'm_product'],
          exclude: ['t_*'],
        },
      ],
    });
  });

  it('takes the encoding of a branch, by a name that PostgreSQL knows, and none for central', async () => {
    await run(CENTRAL);
    const added = await run([...BRANCH, '--encoding', 'WIN1252']);
    expect(added.code).toBe(0);
    expect((await settings()).connections).toMatchObject([{ id: 'pgsql_lmp', encoding: 'WIN1252' }]);
    const wrong = await run([
      'connection',
      'add',
      '--id',
      'b',
      '--url',
      'postgres://r@h/d',
      '--encoding',
      'cp1252',
    ]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('WIN1252');
    expect((await run([...CENTRAL, '--encoding', 'UTF8'])).code).toBe(2);
  });

  it('keeps everything else in the file', async () => {
    const before = {
      language: 'id',
      central: { host: 'hq', database: 'd', user: 'u' },
      connections: [],
      sync: { parallelTables: 3 },
    };
    await writeFile(file(), JSON.stringify(before));
    await run(BRANCH);
    const { connections, ...rest } = await settings();
    expect(connections).toHaveLength(1);
    expect({ ...rest, connections: [] }).toEqual(before);
  });

  it('says that central comes first', async () => {
    const { code, stderr } = await run(BRANCH);
    expect(code).toBe(2);
    expect(stderr).toContain('branchline connection add --id central');
  });

  it('refuses an existing id, and leaves the file unchanged', async () => {
    await run(CENTRAL);
    await run(BRANCH);
    const before = await readFile(file(), 'utf8');
    for (const again of [BRANCH, CENTRAL]) {
      const { code, stderr } = await run(again);
      expect(code).toBe(2);
      expect(stderr).toContain('already');
    }
    expect(await readFile(file(), 'utf8')).toBe(before);
  });

  it('refuses what the settings would refuse, with path and reason', async () => {
    await run(CENTRAL);
    const { code, stderr } = await run(['connection', 'add', '--id', '1st', '--host', 'h', '--user', 'u']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/connections\[0\]\.id: must be letters/);
    expect(stderr).toMatch(/connections\[0\]\.database: is missing/);
  });

  it('refuses a password on the command line, and does not repeat it', async () => {
    await run(CENTRAL);
    const url = 'postgres://reader:hunter2@127.0.0.1/erp';
    const { code, stdout, stderr } = await run(['connection', 'add', '--id', 'b', '--url', url]);
    expect(code).toBe(2);
    expect(stderr).toContain('--password-env');
    expect(stdout + stderr).not.toContain('hunter2');
  });
});

describe('connection list', () => {
  it('shows central and the branches', async () => {
    await run(CENTRAL);
    await run([...BRANCH, '--label', 'Lampung']);
    const { stdout } = await run(['connection', 'list']);
    expect(stdout).toMatch(/central +Head office +hq:5432\/d \(public\) +u/);
    expect(stdout).toMatch(/pgsql_lmp +Lampung +127\.0\.0\.1:5433\/erp \(public\) +reader +prefer +yes +all/);
    const json = JSON.parse((await run(['connection', 'list', '--json'])).stdout);
    expect(json.connections[0]).toMatchObject({ id: 'pgsql_lmp', host: '127.0.0.1', port: 5433 });
  });

  it('uses the language of the settings', async () => {
    await run(CENTRAL);
    await writeFile(file(), JSON.stringify({ ...(await settings()), language: 'id' }));
    expect((await run(['connection', 'list'])).stdout).toContain('Kantor pusat');
  });

  it('reports problems of the settings as JSON too', async () => {
    await writeFile(file(), '{ "central": ');
    const { code, stdout } = await run(['connection', 'list', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'settings_invalid', params: { file: file() } });
  });
});

it('connection test names the nearest id', async () => {
  await run(CENTRAL);
  await run(BRANCH);
  const { code, stderr } = await run(['connection', 'test', 'pgsql_lpm']);
  expect(code).toBe(2);
  expect(stderr).toContain('There is no connection "pgsql_lpm".\nDid you mean pgsql_lmp?');
});

describe('connection password', () => {
  const store = (id: string, text: string, ...more: string[]) =>
    runCli(['connection', 'password', id, '--data-dir', folder, ...more], { stdin: text });

  it('takes the first line of piped input, says where it was stored, and shows it nowhere', async () => {
    await run(CENTRAL);
    await run(BRANCH);
    const { code, stdout, stderr } = await store('pgsql_lmp', 'hunter2 \r\nrest\n');
    expect(code).toBe(0);
    expect(stdout).toContain('branchline.pgpass');
    expect(stdout + stderr).not.toContain('hunter2');
    expect(await readFile(join(folder, 'branchline.pgpass'), 'utf8')).toBe(
      '127.0.0.1:5433:erp:reader:hunter2 \n',
    );
    expect(JSON.parse((await store('central', 'x', '--json')).stdout)).toMatchObject({ place: 'file' });
  });

  it('deletes it', async () => {
    await run(CENTRAL);
    await store('central', 'hunter2');
    expect((await store('central', '', '--remove')).stdout).toContain('was removed');
    expect((await store('central', '', '--remove')).stdout).toContain('No password of central');
    expect(await readFile(join(folder, 'branchline.pgpass'), 'utf8')).toBe('');
  });

  it('stores none that would never be used, and no empty one', async () => {
    await run([...CENTRAL, '--password-env', 'HQ_PASSWORD']);
    await run(BRANCH);
    const named = await store('central', 'hunter2');
    expect([named.code, named.stderr]).toEqual([2, expect.stringContaining('${HQ_PASSWORD}')]);
    expect((await store('pgsql_lmp', '\n')).stderr).toContain('is empty');
  });
});

it('connection test shows every step, and says what to do about a failed one', async () => {
  await run([...CENTRAL.slice(0, 5), '127.0.0.1', ...CENTRAL.slice(6)]);
  const raw = JSON.parse(await readFile(file(), 'utf8'));
  await writeFile(file(), JSON.stringify({ ...raw, central: { ...raw.central, port: 9 } }));
  const { code, stdout } = await run(['connection', 'test', 'central']);
  expect(code).toBe(1);
  expect(stdout).toContain('The name of the server is known (host 127.0.0.1, address 127.0.0.1)');
  expect(stdout).toMatch(/The server answers at its port\n {2}The head office database does not answer/);
  expect(stdout).toMatch(/Next +Check the internet link or VPN to 127\.0\.0\.1:9/);
});

it('central-sql quotes the role for psql, which lower-cases unquoted names', async () => {
  await run(CENTRAL);
  await run([...BRANCH.slice(0, 3), 'B1', ...BRANCH.slice(4)]);
  const { stdout } = await run(['central-sql', '--connection', 'B1', '--layout', 'schema']);
  expect(stdout).toContain('\\password "branchline_B1"');
});
