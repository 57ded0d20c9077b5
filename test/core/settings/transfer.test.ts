import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkImport, exportSettings } from '../../../src/core/settings/document.ts';
import { refusal, testFolder } from './folder.ts';

const CENTRAL = { host: 'hq.example', database: 'dash', user: 'branchline', password: '${HQ_PASSWORD}' };

function folderWith(settings: unknown): string {
  const folder = testFolder();
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  return folder;
}

test('what is exported can be imported, and holds no secret', () => {
  const notifications = {
    noSuccessHours: 5,
    webhook: 'https://hooks.example/T0/B0/s3cret',
    ping: 'https://hc-ping.example/s3cret',
  };
  const settings = { central: CENTRAL, connections: [], notifications };
  const text = exportSettings(folderWith(settings));
  expect(text).not.toContain('s3cret');
  expect(text).toContain('${HQ_PASSWORD}');
  const { document, problems } = checkImport(testFolder(), text);
  expect(problems).toBeNull();
  expect(document).toEqual({ ...settings, notifications: { noSuccessHours: 5 } });
});

test('a file that was typed a password into is not exported', () => {
  const folder = folderWith({ central: { ...CENTRAL, password: 'hunter2' }, connections: [] });
  const { code, params } = refusal(() => exportSettings(folder));
  expect(code).toBe('settings_invalid');
  expect(JSON.stringify(params)).not.toContain('hunter2');
});

test('what is wrong with an import is listed in the person’s language', () => {
  const text = JSON.stringify({ central: { ...CENTRAL, port: 0 }, connection: [] });
  expect(checkImport(testFolder(), text, 'id')).toEqual({
    document: null,
    problems: [
      { path: 'central.port', reason: 'paling sedikit 1' },
      { path: 'connections', reason: 'belum ada' },
      { path: 'connection', reason: 'bukan pengaturan yang dikenal Branchline; maksudnya "connections"?' },
    ],
  });
  expect(checkImport(testFolder(), '{ "central": ').problems).toEqual([
    { path: 'line 1, column 14', reason: expect.stringContaining('the file ends here') },
  ]);
  expect(
    checkImport(testFolder(), `\ufeff${JSON.stringify({ central: CENTRAL, connections: [] })}`).problems,
  ).toBeNull();
});
