import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../cli/run.ts';
import { freshDatabases } from '../../support/databases.ts';
import { makeHome } from '../../support/home.ts';
import { startRunner } from '../../support/runner.ts';
import { FEW, LINES } from '../support/few.ts';
import { badPlace } from '../support/place.ts';
import { expectWhole, SCALE } from '../support/whole.ts';

const broken = [
  {
    what: 'cut off by a power cut',
    spoil: (text: string) => text.slice(0, text.indexOf('"connections"') - 1),
    en: /The settings in .*settings\.json are not right:\nline \d+, column \d+: the file ends here, too early \(was it cut off\?\)/,
    id: /baris \d+, kolom \d+: berkas berakhir di sini/,
  },
  {
    what: 'of zeros, as a power cut may leave it',
    spoil: (text: string) => '\0'.repeat(text.length),
    en: /line 1, column 1: found U\+0000/,
    id: /baris 1, kolom 1: .*U\+0000/,
  },
  {
    what: 'with wrong types',
    spoil: (text: string) =>
      text.replace(/"port": (\d+)/, '"port": "$1"').replace('"sync": {}', '"sync": []'),
    en: /central\.port: must be a number, not a text\n(?:.*\n)*sync: must be a group/,
    id: /central\.port: harus .*\n(?:.*\n)*sync: harus/,
  },
];
const next = {
  en: /Nothing was run and the file was left as it is\.\s+Correct it there, then try again\./,
  id: /Tidak ada yang dijalankan/,
};

describe.each(broken)('settings.json $what', ({ spoil, en, id }) => {
  test.each([
    ['en', en],
    ['id', id],
  ] as const)('is told in %s, nothing is run, and the file is left alone', async (language, said) => {
    await using pair = await freshDatabases();
    using home = makeHome(pair);
    const file = join(home.folder, 'settings.json');
    const spoilt = spoil(readFileSync(file, 'utf8'));
    writeFileSync(file, spoilt);

    const result = await runCli(['sync-all', '--data-dir', home.folder, '--language', language]);

    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(said);
    expect(result.stderr).toMatch(next[language]);
    expect(readFileSync(file, 'utf8')).toBe(spoilt);
  });
});

test.each([
  ['UTF-8', (text: string) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
] as const)('settings.json with the byte order mark of %s is read, its language too', async (_, encode) => {
  await using pair = await freshDatabases();
  using home = makeHome(pair);
  const file = join(home.folder, 'settings.json');
  const settings: unknown = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, encode(JSON.stringify({ ...Object(settings), language: 'id' })));

  const result = await runCli(['sync-status', '--data-dir', home.folder]);

  expect(result.stdout + result.stderr).toContain('Belum ada pengiriman');
});

test('settings.json is replaced, and then broken, while a batch runs: it keeps its own; the next command reads the new ones', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = badPlace(pair, { connection: { tables: FEW } });
  const file = join(home.folder, 'settings.json');
  const old = readFileSync(file, 'utf8');
  const runner = await startRunner(home.folder);
  await runner.chunks(1);
  runner.freeze();
  const settings = JSON.parse(old) as { connections: { tables: readonly string[] }[] };
  for (const connection of settings.connections) connection.tables = ['c_bpartner'];
  replace(file, JSON.stringify(settings));
  runner.thaw();
  await runner.chunks(3);
  replace(file, '{ "central": ');
  const { batch_id } = await runner.ended();

  const refused = await runCli(['sync-all', '--data-dir', home.folder]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('the file ends here, too early');
  replace(file, JSON.stringify(settings));
  await using engine = home.open();
  await expectWhole(engine, batch_id, pair);
  const narrowed = await runCli(['sync-all', '--data-dir', home.folder, '--json']);
  expect(JSON.parse(narrowed.stdout)).toMatchObject({ tables: [{ table_name: 'c_bpartner' }] });
  expect(narrowed.stdout).not.toContain(LINES);
});

/** As editors and our own save do it. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}
