import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addConnection, fileStore, saveSettings, updateSettings } from '../../../src/core/settings/change.ts';
import {
  checkImport,
  exportSettings,
  readSettingsDocument,
  writeSettingsDocument,
} from '../../../src/core/settings/document.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { hookName } from '../../../src/shared/hookSettings.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';
import { refusal, testFolder } from './folder.ts';

const END = { host: 'hq.example', database: 'dash', user: 'branchline' };
const PLAIN: SettingsFile = { central: END, connections: [{ ...END, id: 'b1' }] };
const REFRESH = { sql: 'REFRESH MATERIALIZED VIEW CONCURRENTLY reports.sales' };
const HOOKED: SettingsFile = { ...PLAIN, hooks: { afterBatch: [REFRESH] } };
const EVIL: SettingsFile = { ...PLAIN, hooks: { afterBatch: [{ command: ['/bin/sh', '-c', 'id'] }] } };

function folderWith(settings: unknown): string {
  const folder = testFolder();
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  return folder;
}

function problemsOf(...afterBatch: readonly unknown[]): string[] {
  const folder = folderWith({ ...PLAIN, hooks: { afterBatch } });
  return String(refusal(() => loadSettings(folder)).params.problems).split('\n');
}

describe('hooks in the settings', () => {
  test('there are none unless the file has some', () => {
    expect(loadSettings(folderWith(PLAIN)).hooks).toEqual({ afterBatch: [] });
    expect(loadSettings(folderWith(HOOKED)).hooks.afterBatch).toEqual([
      { sql: [REFRESH.sql], connections: ['*'], when: 'success', timeoutSeconds: 300 },
    ]);
  });

  test('what is wrong with one is said at its place', () => {
    expect(problemsOf({})).toEqual(['hooks.afterBatch[0]: needs one of "sql" and "command", and not both']);
    expect(problemsOf({ ...REFRESH, command: ['x'] })).toHaveLength(1);
    expect(problemsOf({ sql: ['', 'SELECT 1'] })).toEqual(['hooks.afterBatch[0].sql[0]: must not be empty']);
    expect(problemsOf({ sql: 7 })).toEqual(['hooks.afterBatch[0].sql: must be a list [ … ], not 7']);
    expect(problemsOf({ command: 'rm -rf' })).toEqual([
      'hooks.afterBatch[0].command: must be a list [ … ], not a text',
    ]);
    expect(problemsOf({ command: [] })[0]).toContain('hooks.afterBatch[0].command');
    expect(problemsOf({ command: ['a', 'b\0'] })[0]).toContain('null character');
    expect(problemsOf({ ...REFRESH, whn: 'always' })).toEqual([
      'hooks.afterBatch[0].whn: is no setting that Branchline knows; did you mean "when"?',
    ]);
    expect(problemsOf({ ...REFRESH, when: 'maybe' })[0]).toContain('success, failure, always, changed');
    expect(problemsOf({ ...REFRESH, connections: ['b2'] })).toEqual([
      'hooks.afterBatch[0].connections[0]: names a connection that these settings do not have: "b2"',
    ]);
    expect(problemsOf(REFRESH, REFRESH)[0]).toContain('hooks.afterBatch[1].name: is there twice');
    expect(problemsOf({ ...REFRESH, timeoutSeconds: 0 })[0]).toContain('timeoutSeconds');
  });

  test('one without a name is called after what it does', () => {
    expect(hookName({ command: ['C:\\tools\\tell.exe', '--quiet'] })).toBe('tell.exe');
    expect(hookName({ sql: ['REFRESH\n  MATERIALIZED VIEW v'] })).toBe('REFRESH MATERIALIZED VIEW v');
    expect(hookName({ sql: ['x'.repeat(100)] })).toHaveLength(60);
  });
});

/** All ways in which Branchline itself writes settings.json. */
const DOORS: readonly (readonly [string, (folder: string, next: SettingsFile) => unknown])[] = [
  [
    'a window that saves',
    (folder, next) =>
      writeSettingsDocument(folder, next, readSettingsDocument(folder).revision, fileStore(folder)),
  ],
  ['a program that replaces the settings', (folder, next) => saveSettings(folder, next)],
  ['a program that changes the settings', (folder, next) => updateSettings(folder, () => next)],
];

describe.each(DOORS)('%s', (_, write) => {
  const hooksIn = (folder: string): unknown =>
    JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8')).hooks;

  test('adds, changes and removes no hook', () => {
    const cases: readonly (readonly [SettingsFile, SettingsFile])[] = [
      [PLAIN, EVIL],
      [HOOKED, EVIL],
      [HOOKED, { ...PLAIN, hooks: {} }],
      [HOOKED, { ...PLAIN, hooks: { afterBatch: [] } }],
      [HOOKED, { ...PLAIN, hooks: { afterBatch: [{ ...REFRESH, when: 'always' }] } }],
    ];
    for (const [before, next] of cases) {
      const folder = folderWith(before);
      const { code, params } = refusal(() => write(folder, next));
      expect([code, params.file]).toEqual(['hooks_by_hand', join(folder, 'settings.json')]);
      expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toEqual(before);
    }
  });

  test('keeps the hooks that are there', () => {
    const folder = folderWith(HOOKED);
    write(folder, { ...HOOKED, language: 'id' });
    expect(hooksIn(folder)).toEqual(HOOKED.hooks);
    // As an import, which never has any.
    write(folder, { ...PLAIN, language: 'en' });
    expect(hooksIn(folder)).toEqual(HOOKED.hooks);
    expect(loadSettings(folder).language).toBe('en');
  });

  test('may say in other words that there are none', () => {
    const folder = folderWith(PLAIN);
    write(folder, { ...PLAIN, hooks: { afterBatch: [] } });
    expect(loadSettings(folder).hooks.afterBatch).toEqual([]);
  });
});

test('settings are not begun with a hook', () => {
  const window = testFolder();
  const begin = (): unknown => writeSettingsDocument(window, EVIL, null, fileStore(window));
  expect(refusal(begin).code).toBe('hooks_by_hand');
  expect(refusal(() => saveSettings(testFolder(), EVIL)).code).toBe('hooks_by_hand');
});

test('a connection that a hook names is not removed behind its back', () => {
  const settings = { ...PLAIN, hooks: { afterBatch: [{ ...REFRESH, connections: ['b1'] }] } };
  const folder = folderWith(settings);
  const other = { central: END, connections: [{ ...END, id: 'b2' }] };
  const { revision } = readSettingsDocument(folder);
  const save = (): unknown => writeSettingsDocument(folder, other, revision, fileStore(folder));
  expect(refusal(save)).toMatchObject({
    code: 'settings_invalid',
    params: { path: 'hooks.afterBatch[0].connections[0]' },
  });
  addConnection(folder, { ...END, id: 'b2' });
  expect(loadSettings(folder).connections).toHaveLength(2);
});

test('an export leaves hooks out, and an import with others is refused in words', () => {
  const folder = folderWith(HOOKED);
  expect(exportSettings(folder)).not.toContain('REFRESH');
  expect(checkImport(folder, exportSettings(folder)).problems).toBeNull();
  expect(checkImport(folder, JSON.stringify(HOOKED)).problems).toBeNull();
  expect(checkImport(folder, JSON.stringify(EVIL)).problems).toEqual([
    { path: 'hooks', reason: expect.stringContaining('settings.json of this computer alone') },
  ]);
  expect(checkImport(testFolder(), JSON.stringify(HOOKED), 'id').problems).toEqual([
    { path: 'hooks', reason: expect.stringContaining('berkas settings.json') },
  ]);
});
