import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFileLogger } from '../../src/cli/logFile.ts';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { type Home, makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

/** Table names that would set a terminal's title, forge a line, turn what follows around, or colour it. */
const NAMES = [
  'a\u001b]0;owned\u0007',
  'b\nAll tables are up to date.',
  'c\u202etxt.exe',
  'd\u009b31m',
  'e\u001b[32mgreen',
  'f\r\u001b[2Kgone',
];
/** A terminal does something at these; colours of ours are taken out before. */
const EFFECTS = /[\p{Control}\u2028-\u202e\u2066-\u2069]/u;
const OURS = new RegExp(`${'\u001b'}\\[(?:1|2|22|3[1-6]|39)m`, 'g');

let pair: DatabasePair;
let home: Home;
beforeAll(async () => {
  pair = await freshDatabases();
  const made = NAMES.flatMap((name) => {
    const table = pg.escapeIdentifier(name);
    return [
      `CREATE TABLE ${table} (id int PRIMARY KEY)`,
      `INSERT INTO ${table} VALUES (1)`,
      `GRANT SELECT ON ${table} TO PUBLIC`,
    ];
  });
  await atBranch(pair, ...made);
  // One of them fails, with a message of the server's that has all of it again.
  const failing = pg.escapeIdentifier(NAMES[1] ?? '');
  await atBranch(
    pair,
    `REVOKE ALL ON ${failing} FROM PUBLIC`,
    `REVOKE ALL ON ${failing} FROM branchline_read`,
  );
  home = makeHome(pair, { connection: { tables: ['*'] } });
});
afterAll(async () => {
  home[Symbol.dispose]();
  await pair.drop();
});

const COMMANDS = [
  ['sync-all', '--verbose'],
  ['sync-status'],
  ['sync-status', '--failed'],
  ['sync-status', '--json'],
  ['sync-status', '--events'],
  ['verify'],
  ['sync-all', '--json'],
  ['connection', 'test', 'pgsql_lmp'],
] as const;

test.each(COMMANDS.map((command) => [command.join(' '), command] as const))(
  '%s prints hostile table names as their letters (C10)',
  async (_, command) => {
    for (const env of [{}, { FORCE_COLOR: '1' }]) {
      const { stdout, stderr } = await runCli(['--data-dir', home.folder, ...command], { env });
      const lines = `${stdout}\n${stderr}`.replaceAll(OURS, '').split('\n');
      expect(lines.filter((line) => EFFECTS.test(line))).toEqual([]);
      expect(lines.filter((line) => line.startsWith('All tables are up to date'))).toEqual([]);
      expect(lines.join('\n')).not.toContain(`${'\u001b'}[32mgreen`);
    }
  },
);

test('log files contain no character that a terminal would interpret', () => {
  const logger = createFileLogger(home.folder);
  logger.log('error', 'unexpected', Object.fromEntries(NAMES.map((name) => [name, name])));
  const text = readFileSync(logger.file?.() ?? '', 'utf8');
  // Other tests of this file have written lines, too.
  const lines = text.trimEnd().split('\n');
  for (const line of lines) expect(line).not.toMatch(EFFECTS);
  expect(Object.keys(JSON.parse(lines.at(-1) ?? '') as object)).toEqual(expect.arrayContaining(NAMES));
});
