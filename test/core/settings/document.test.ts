import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileStore } from '../../../src/core/settings/change.ts';
import { readSettingsDocument, writeSettingsDocument } from '../../../src/core/settings/document.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';
import { refusal, testFolder } from './folder.ts';

const CENTRAL = { host: 'hq.example', database: 'dash', user: 'branchline' };
const DOCUMENT: SettingsFile = {
  central: CENTRAL,
  connections: [{ id: 'b1', url: 'postgres://reader@127.0.0.1/erp' }],
};

function write(folder: string, document: SettingsFile, revision: string | null): string {
  return writeSettingsDocument(folder, document, revision, fileStore(folder));
}

test('settings are begun, read as written, and changed', () => {
  const folder = testFolder();
  const file = join(folder, 'settings.json');
  expect(readSettingsDocument(folder)).toMatchObject({
    document: null,
    revision: null,
    effective: null,
    problem: { code: 'settings_missing' },
  });
  const first = write(folder, DOCUMENT, null);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const read = readSettingsDocument(folder);
  expect(read).toMatchObject({ document: DOCUMENT, revision: first, problem: null });
  // No default is written: a later version's reach this file too.
  expect(read.document).toEqual(DOCUMENT);
  expect(read.effective?.connections[0]).toMatchObject({ host: '127.0.0.1', port: 5432, tables: ['*'] });
  const second = write(folder, { ...DOCUMENT, language: 'id' }, first);
  expect(readSettingsDocument(folder)).toMatchObject({ revision: second, document: { language: 'id' } });
});

test('keys stay where a person had them', () => {
  const folder = testFolder();
  const file = join(folder, 'settings.json');
  writeFileSync(file, `{ "language": "id", "connections": [], "central": ${JSON.stringify(CENTRAL)} }`);
  const { revision } = readSettingsDocument(folder);
  write(folder, { central: { ...CENTRAL, port: 5433 }, connections: [], language: 'en' }, revision);
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')))).toEqual(['language', 'connections', 'central']);
});

test('what somebody else has saved meanwhile is not written over', () => {
  const folder = testFolder();
  const mine = write(folder, DOCUMENT, null);
  const theirs = write(folder, { ...DOCUMENT, language: 'en' }, mine);
  expect(refusal(() => write(folder, { ...DOCUMENT, language: 'id' }, mine)).code).toBe('settings_changed');
  expect(refusal(() => write(folder, DOCUMENT, null)).code).toBe('settings_changed');
  expect(readSettingsDocument(folder).revision).toBe(theirs);
  // Taken away meanwhile: that is a change too.
  expect(refusal(() => write(testFolder(), DOCUMENT, mine)).code).toBe('settings_changed');
});

test('a document that the schema refuses is not written, and says why', () => {
  const folder = testFolder();
  const wrong = { central: { ...CENTRAL, port: 0 }, connections: [] };
  expect(refusal(() => write(folder, wrong, null))).toMatchObject({
    code: 'settings_invalid',
    params: { path: 'central.port' },
  });
  expect(existsSync(join(folder, 'settings.json'))).toBe(false);
});

test('a file that is no JSON is told, and never written over', () => {
  const folder = testFolder();
  const file = join(folder, 'settings.json');
  writeFileSync(file, '{ "central": ');
  const { document, revision, problem } = readSettingsDocument(folder, 'id');
  expect([document, problem?.code]).toEqual([null, 'settings_invalid']);
  expect(problem?.params.problems).toContain('baris 1');
  expect(refusal(() => write(folder, DOCUMENT, revision)).code).toBe('settings_invalid');
  expect(readFileSync(file, 'utf8')).toBe('{ "central": ');
});

test('a file with a wrong value can be put right', () => {
  const folder = testFolder();
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...DOCUMENT, language: 'fr' }));
  const { document, revision, problem } = readSettingsDocument(folder);
  expect(document).toMatchObject({ language: 'fr' });
  expect(problem?.params.path).toBe('language');
  write(folder, DOCUMENT, revision);
  expect(readSettingsDocument(folder).problem).toBeNull();
});
