import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSettings, resolveEndpointFiles } from '../../../src/core/settings/load.ts';
import { refusal, testFolder } from './folder.ts';

const central = { host: 'hq', database: 'dash', user: 'branchline' };
const connection = { id: 'pgsql_lmp', host: '127.0.0.1', database: 'idempiere', user: 'reader' };

function folderWith(content: unknown): string {
  const folder = testFolder();
  const text = typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content);
  writeFileSync(join(folder, 'settings.json'), text);
  return folder;
}

/** The lines of problems with this content; the file must be as before afterwards. */
function problemsOf(content: unknown, language?: 'en' | 'id'): string[] {
  const folder = folderWith(content);
  const before = readFileSync(join(folder, 'settings.json'));
  const error = refusal(() => loadSettings(folder, language));
  expect(error.code).toBe('settings_invalid');
  expect(error.params.file).toBe(join(folder, 'settings.json'));
  expect(readFileSync(join(folder, 'settings.json'))).toEqual(before);
  return String(error.params.problems).split('\n');
}

describe('loading the settings', () => {
  test('fills in every default', () => {
    const settings = loadSettings(folderWith({ central, connections: [connection] }));
    expect(settings).toMatchObject({
      central: { ...central, port: 5432, sslmode: 'prefer', schema: 'public', layout: 'auto' },
      connections: [{ ...connection, port: 5432, tables: ['*'], enabled: true }],
      sync: { parallelTables: 2, chunkRows: 100_000, chunkSeconds: 10 },
      resume: { auto: true, maxAttempts: 10, maxAgeHours: 72 },
      retention: { days: 30, batches: 500 },
      notifications: { desktop: true, webhook: null },
      language: 'auto',
    });
  });

  test('takes a byte order mark', () => {
    const text = `\ufeff${JSON.stringify({ central, connections: [] })}`;
    expect(loadSettings(folderWith(text)).central.host).toBe('hq');
    expect(loadSettings(folderWith(Buffer.from(text, 'utf16le'))).central.host).toBe('hq');
  });

  test('says that there are none', () => {
    const folder = testFolder();
    const error = refusal(() => loadSettings(folder));
    expect(error.code).toBe('settings_missing');
    expect(error.params.file).toBe(join(folder, 'settings.json'));
  });

  test('says why the file cannot be read', () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'settings.json'));
    const error = refusal(() => loadSettings(folder));
    expect(error.code).toBe('settings_unreadable');
    expect(error.params.reason).toContain('it is not a plain file');
  });

  test('names line and column of broken JSON, in both languages', () => {
    const truncated = '{\n  "central": { "host": "hq",';
    expect(problemsOf(truncated)).toEqual([
      'line 2, column 29: the file ends here, too early (was it cut off?); expected a name in double quotes',
    ]);
    expect(problemsOf(truncated, 'id')[0]).toMatch(/^baris 2, kolom 29: berkas berakhir di sini/);
  });

  test('refuses bytes that are no text', () => {
    expect(problemsOf(Buffer.from([0x7b, 0xff]))).toEqual([
      'settings: is no text in UTF-8: it may be damaged',
    ]);
  });

  test('refuses a null character, behind which the protocol would read another text', () => {
    const nulls = { host: 'hq\0', database: 'erp\0options\0-crow_security=off', user: 'a\0b' };
    const said = ['host', 'database', 'user', 'targetSchema'].map((name) => `connections[0].${name}: `);
    const given = { central, connections: [{ ...connection, ...nulls, targetSchema: 'x\0y' }] };
    const reasons = {
      en: 'must not have a null character (\\u0000)',
      id: 'tidak boleh memuat karakter null (\\u0000)',
    };
    for (const language of ['en', 'id'] as const)
      expect(problemsOf(given, language).toSorted()).toEqual(
        said.map((one) => `${one}${reasons[language]}`).toSorted(),
      );
  });

  test('lists every problem with its path and a reason', () => {
    const problems = problemsOf({
      central: { ...central, sslmode: 'full', passwort: 'hunter2' },
      connections: [
        { ...connection, id: 'two words', port: '5432', prot: 1 },
        { ...connection, id: 'b', port: 1.5, tables: [], host: '' },
        { id: 'c', host: 'x', user: 'u', port: 70_000, enabled: null, tables: [{ nam: 'x' }, 5, ''] },
        'pgsql_lmp',
      ],
      sync: { chunkSeconds: 0 },
      notifications: { webhook: 'hq' },
      conections: [],
    });
    expect(problems).toEqual([
      'central.sslmode: must be one of disable, allow, prefer, require, verify-ca, verify-full',
      'central.passwort: is no setting that Branchline knows; did you mean "password"?',
      'connections[0].id: must be letters, digits and _ only, starting with a letter, at most 40 characters',
      'connections[0].port: must be a number, not a text',
      'connections[0].prot: is no setting that Branchline knows; did you mean "port"?',
      'connections[1].host: must not be empty',
      'connections[1].port: must be a whole number, not 1.5',
      'connections[1].tables: must have at least 1 entry',
      'connections[2].port: must be at most 65535',
      'connections[2].database: is missing',
      'connections[2].tables[0].name: is missing',
      'connections[2].tables[0].nam: is no setting that Branchline knows; did you mean "name"?',
      'connections[2].tables[1]: must be a table name, or a group { "name": … }, not 5',
      'connections[2].tables[2]: must not be empty',
      'connections[2].enabled: must be true or false, not null',
      'connections[3]: must be a group { … }, not a text',
      'sync.chunkSeconds: must be at least 0.05',
      'notifications.webhook: must be a web address (https://…)',
      'conections: is no setting that Branchline knows; did you mean "connections"?',
    ]);
  });

  test('refuses a file that holds no settings at all', () => {
    expect(problemsOf('[]')).toEqual(['settings: must be a group { … }, not a list [ … ]']);
    expect(problemsOf('{}')).toEqual(['central: is missing', 'connections: is missing']);
  });

  test('refuses two connections whose mirrors at head office are one schema', () => {
    const other = { ...connection, id: 'pgsql_bdg' };
    const schema = { ...central, layout: 'schema' };
    expect(
      problemsOf({ central: schema, connections: [connection, { ...other, targetSchema: 'pgsql_lmp' }] }),
    ).toEqual([
      'connections[1].targetSchema: the schema "pgsql_lmp" at central already belongs to connection "pgsql_lmp": each would remove the other\'s rows. Give each connection a "targetSchema" of its own, or use layout "stamp"',
    ]);
    const shared = { central, connections: [connection, { ...other, targetSchema: 'pgsql_lmp' }] };
    expect(loadSettings(folderWith(shared)).connections).toHaveLength(2);
  });

  test.each(['branchline', 'information_schema', 'pg_catalog', 'PG_temp'])(
    'refuses to write into the schema %s at head office (C4)',
    (name) => {
      const reason = `the schema "${name}" at central belongs to Branchline or to PostgreSQL itself, and cannot hold a branch's tables; choose another name`;
      expect(problemsOf({ central: { ...central, schema: name }, connections: [connection] })).toEqual([
        `central.schema: ${reason}`,
      ]);
      expect(problemsOf({ central, connections: [{ ...connection, targetSchema: name }] })).toEqual([
        `connections[0].targetSchema: ${reason}`,
      ]);
      const mirror = { ...central, layout: 'schema' };
      expect(problemsOf({ central: mirror, connections: [{ ...connection, id: name }] })).toEqual([
        `connections[0].id: ${reason}`,
      ]);
      // Only a mirror is named by the connection.
      expect(loadSettings(folderWith({ central, connections: [{ ...connection, id: name }] }))).toBeTruthy();
    },
  );

  test('refuses two connections of one id', () => {
    expect(problemsOf({ central, connections: [connection, connection] })).toEqual([
      'connections[1].id: is there twice: "pgsql_lmp"',
    ]);
  });

  test('says the reasons in Bahasa Indonesia', () => {
    expect(problemsOf({ central: { ...central, port: 'x' }, conections: [] }, 'id')).toEqual([
      'central.port: harus berupa angka, bukan teks',
      'connections: belum ada',
      'conections: bukan pengaturan yang dikenal Branchline; maksudnya "connections"?',
    ]);
  });

  test('refuses a password in the file without repeating it', () => {
    const problems = problemsOf({ central: { ...central, password: 'hunter2' }, connections: [] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^central\.password: must be \$\{NAME\}/);
    expect(problems[0]).not.toContain('hunter2');
  });
});

describe('files named by an endpoint', () => {
  test('start at the settings folder', () => {
    const own = {
      ...{ ...central, passfile: 'pass.conf', sslrootcert: '/etc/ca.pem' },
      ...{ sslcert: 'own.pem', sslkey: 'keys/own.key' },
    };
    const settings = loadSettings(folderWith({ central: own, connections: [] }));
    expect(resolveEndpointFiles(settings.central, '/data')).toMatchObject({
      passfile: '/data/pass.conf',
      sslrootcert: '/etc/ca.pem',
      sslcert: '/data/own.pem',
      sslkey: '/data/keys/own.key',
    });
  });

  test('a client certificate and its key need each other', () => {
    for (const [given, missing] of [
      ['sslcert', 'sslkey'],
      ['sslkey', 'sslcert'],
    ])
      expect(problemsOf({ central: { ...central, [String(given)]: 'own.pem' }, connections: [] })).toEqual([
        `central.${missing}: is needed beside "${given}"`,
      ]);
  });

  test('leave libpq’s word for the system’s certificates alone', () => {
    const own = { ...central, sslmode: 'verify-full', sslrootcert: 'system' };
    const settings = loadSettings(folderWith({ central: own, connections: [] }));
    expect(resolveEndpointFiles(settings.central, '/data').sslrootcert).toBe('system');
    expect(problemsOf({ central: { ...own, sslmode: 'require' }, connections: [] })[0]).toMatch(
      /^central\.sslmode: must be verify-full with "sslrootcert": "system"/,
    );
  });
});
