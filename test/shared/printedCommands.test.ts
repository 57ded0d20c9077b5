import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { repairArguments } from '../../src/cli/commands/verify.ts';
import { selfCommand } from '../../src/cli/context.ts';
import { optionValues } from '../../src/cli/optionValues.ts';
import { renderVerifyReport } from '../../src/cli/render/verifyView.ts';
import type { TableRow } from '../../src/shared/contract.ts';
import { FailureCode, UsageCode } from '../../src/shared/errors.ts';
import { groupByReason } from '../../src/shared/texts/failureGroups.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import type { VerifyReport } from '../../src/shared/verify.ts';
import { lookOf } from '../cli/rows.ts';

const skip = process.platform === 'win32';
const LANGUAGES = ['en', 'id'] as const;

const folder = mkdtempSync(join(tmpdir(), 'branchline-shell-'));
const [told, ran] = [join(folder, 'told'), join(folder, 'ran')];
// Notes its arguments, each ended by a null character.
writeFileSync(join(folder, 'branchline'), `#!/bin/sh\nprintf '%s\\0' "$@" > '${told}'\n`);
chmodSync(join(folder, 'branchline'), 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

/** Types a line into a shell. @returns the arguments that reach the program */
function typed(line: string, shell: string): readonly string[] {
  rmSync(told, { force: true });
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
  execFileSync(shell, ['-c', line], { env, stdio: 'ignore' });
  return readFileSync(told, 'utf8').split('\0').slice(0, -1);
}

function tablesIn(args: readonly string[]): readonly string[] {
  return optionValues(createTranslator('en')).list(args[args.indexOf('--tables') + 1] ?? '', undefined);
}

/** Names that some shell would run, change or break at: sh, cmd, PowerShell. */
const HOSTILE = [
  `x\\$(touch ${ran})`,
  `x\`touch ${ran}\``,
  `x";touch ${ran};"`,
  `x\\";touch ${ran};"`,
  `x';touch ${ran};'`,
  `x;touch ${ran}`,
  `x|touch ${ran}`,
  `x\ntouch ${ran}\n`,
  'a"&calc&',
  'a&calc',
  '%PATH%',
  'a!b!',
  'a^b',
  'a<b>c',
  'a(b)',
  'x\u201d;calc;\u201d',
  'x\u2018y',
  'x\u02ba&calc',
  'x\uff02&calc',
  'back\\',
  '--repair',
  '*',
  'a{b,c}',
  '~root',
  ' blank',
  'x\u202ey',
  'x\u00a0y',
];
/** Names that are written into a command. */
const PLAIN = ['c_invoice', 'Mixed, name', 'a,b', 'Größe', '発注', '007', 'a-b.c', 'a/b:c+d@e', 'two words'];

function failed(table: string): TableRow {
  const params = { connection: 'lmp', schema: 'public', table, name: table, deletes: 9, rows: 9, gone: 0 };
  const code = FailureCode.TooManyDeletes;
  const error_detail = { code, kind: 'permanent', message: 'x', params };
  return {
    table_name: table,
    connection: 'lmp',
    status: 'failed',
    error_code: code,
    error_message: 'x',
    error_detail,
  } as unknown as TableRow;
}

/** What is offered for tables whose deletes the brake held back. */
function brakeNext(tables: readonly string[], language: 'en' | 'id'): string {
  const t = createTranslator(language);
  return groupByReason(tables.map(failed), t, t.failure)[0]?.next ?? '';
}

/** What is offered for a table that collides with another branch's. */
function collisionNext(table: string, language: 'en' | 'id'): string {
  const row = {
    connection: 'lmp',
    table_name: table,
    result: 'differs',
    collisions: 3,
    different_rows: 3,
    missing_rows: 0,
    extra_rows: 0,
    source_rows: 9,
    central_rows: 9,
    differing: [],
    differing_ranges: 1,
    buckets: 1,
    examples: [],
    left_out: [],
    failure: null,
    shared_with: ['north'],
    source_snapshot_at: '2026-01-01T00:00:00.000Z',
    duration_seconds: 1,
  };
  const report = { tables: [row], interrupted: false } as unknown as VerifyReport;
  const look = lookOf({ language });
  return renderVerifyReport(report, look, '').join('\n');
}

const commandIn = (text: string): string => /branchline sync-all .*$/m.exec(text)?.[0] ?? '';

describe.each(LANGUAGES)('a printed command (%s)', (language) => {
  test.each(HOSTILE)('is left out for the table name %j, and the window is named instead', (name) => {
    for (const text of [brakeNext([name], language), brakeNext([name, 'b'], language)]) {
      expect(text).not.toContain('branchline');
      expect(text).toMatch(language === 'en' ? /in the window/ : /di jendela/);
      expect(text).toContain('--tables');
    }
    expect(collisionNext(name, language)).not.toContain('branchline sync-all');
  });

  test.skipIf(skip).each(PLAIN)('names the table %j so that a shell hands it over as it is', (name) => {
    for (const shell of ['bash', 'sh']) {
      expect(tablesIn(typed(commandIn(brakeNext([name], language)), shell))).toEqual([name]);
      expect(tablesIn(typed(commandIn(brakeNext([name, 'b'], language)), shell))).toEqual(
        expect.arrayContaining([name, 'b']),
      );
      expect(tablesIn(typed(commandIn(collisionNext(name, language)), shell))).toEqual([name]);
    }
  });

  test.skipIf(skip)('passes a folder of any name, or says DIR', () => {
    const t = createTranslator(language);
    for (const path of ["/tmp/it's $(touch x)", '/tmp/a\\b`c`', '/tmp/a b!', '/tmp/plain']) {
      const { next } = t.usage(UsageCode.DemoRunning, { folder: path });
      const line = /--data-dir (.*?)(?:, | or )/.exec(next)?.[1] ?? '';
      expect(typed(`branchline --data-dir ${line}`, 'bash')).toEqual(['--data-dir', path]);
      const unwritable = t.usage(UsageCode.DataFolderReadOnly, { folder: path, reason: 'x' });
      const chown = /"\$USER" (.*?)\)[,;]/.exec(unwritable.next)?.[1] ?? '';
      expect(typed(`branchline ${chown}`, 'bash')).toEqual([path]);
    }
    expect(t.usage(UsageCode.DemoRunning, { folder: '/tmp/a\nb' }).next).toContain('--data-dir DIR');
  });
});

test.skipIf(skip)('none of these has run anything', () => {
  for (const name of [...HOSTILE, ...PLAIN])
    for (const text of [brakeNext([name], 'en'), collisionNext(name, 'en')]) {
      const line = commandIn(text);
      if (line !== '') typed(line, 'bash');
    }
  expect(existsSync(ran)).toBe(false);
});

test.skipIf(skip)('the data folder of a command to copy arrives unchanged', () => {
  for (const path of ["/tmp/it's $HOME", '/tmp/\\$(touch x)', '/tmp/a\\', '=ls', '~/x', 'a"b`c`;d&e'])
    expect(typed(selfCommand('sync-all', { env: {}, platform: 'linux' }, path), 'bash')).toEqual([
      'sync-all',
      '--data-dir',
      path,
    ]);
});

test.each([
  ['C:\\My Data', '"C:\\My Data"'],
  ['C:\\My Data\\', '"C:\\My Data\\\\"'],
  ['C:\\data\\', 'C:\\data\\'],
  ['C:\\a&calc', 'DIR'],
  ['C:\\%TEMP%', 'DIR'],
  ['C:\\$(calc)', 'DIR'],
  ['C:\\a\u201db', 'DIR'],
])('on Windows the data folder %s is written %s', (path, word) => {
  expect(selfCommand('sync-all', { env: {}, platform: 'win32' }, path)).toBe(
    `branchline sync-all --data-dir ${word}`,
  );
});

test.skipIf(skip)('the command that repairs what differs has every name, or there is none', () => {
  for (const name of HOSTILE) expect(repairArguments(['lmp'], ['a', name])).toBeNull();
  for (const name of PLAIN) {
    const args = typed(`branchline ${repairArguments(['lmp'], ['a', name])}`, 'bash');
    expect([tablesIn(args), args.at(-1)]).toEqual([['a', name], '--repair']);
  }
});
