import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addConnection, saveSettings, updateSettings } from '../../../src/core/settings/change.ts';
import { loadSettings } from '../../../src/core/settings/load.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';
import { refusal, testFolder } from './folder.ts';

const central = { host: 'hq', database: 'dash', user: 'branchline' };
const lampung = { id: 'pgsql_lmp', host: '127.0.0.1', database: 'idempiere', user: 'reader' };

/** As a person may have written it: an order of their own, URLs, no defaults. */
const WRITTEN = `{
  "language": "id",
  "connections": [
    {
      "url": "postgres://reader@10.0.0.5/erp",
      "id": "a"
    }
  ],
  "central": {
    "url": "postgres://branchline@hq/dash"
  }
}
`;

function folderWith(text: string): string {
  const folder = testFolder();
  writeFileSync(join(folder, 'settings.json'), text);
  return folder;
}

function fileOf(folder: string): string {
  return readFileSync(join(folder, 'settings.json'), 'utf8');
}

describe('saving the settings', () => {
  test('makes the folder and a file that only its owner reads', () => {
    const folder = join(testFolder(), 'new', 'Branchline');
    const saved = saveSettings(folder, { central, connections: [lampung] });
    expect(loadSettings(folder)).toEqual(saved);
    expect(saved.connections[0]?.port).toBe(5432);
    expect(fileOf(folder)).toBe(`${JSON.stringify({ central, connections: [lampung] }, null, 2)}\n`);
    if (process.platform !== 'win32') {
      expect(statSync(join(folder, 'settings.json')).mode & 0o777).toBe(0o600);
    }
  });

  test('refuses what does not validate, and leaves the file as it was', () => {
    const folder = folderWith(WRITTEN);
    const wrong = { central, connections: [{ ...lampung, port: 0 }] };
    const error = refusal(() => saveSettings(folder, wrong));
    expect(error.code).toBe('settings_invalid');
    expect(error.params.problems).toBe('connections[0].port: must be at least 1');
    expect(fileOf(folder)).toBe(WRITTEN);
    expect(readdirSync(folder)).toEqual(['settings.json']);
  });

  test('keeps the order of the keys as the person wrote them', () => {
    const folder = folderWith(WRITTEN);
    saveSettings(folder, {
      central,
      connections: [lampung, { id: 'a', label: 'A', url: 'postgres://u@h/d' }],
      language: 'id',
    });
    const saved = JSON.parse(fileOf(folder));
    expect(Object.keys(saved)).toEqual(['language', 'connections', 'central']);
    expect(Object.keys(saved.connections[1])).toEqual(['url', 'id', 'label']);
  });

  test('follows a symbolic link instead of replacing it', { skip: process.platform === 'win32' }, () => {
    const real = folderWith(WRITTEN);
    const folder = testFolder();
    symlinkSync(join(real, 'settings.json'), join(folder, 'settings.json'));
    saveSettings(folder, { central, connections: [] });
    expect(lstatSync(join(folder, 'settings.json')).isSymbolicLink()).toBe(true);
    expect(loadSettings(real).connections).toEqual([]);
  });

  test('says that the folder cannot be written', { skip: process.platform === 'win32' }, () => {
    const folder = testFolder();
    chmodSync(folder, 0o500);
    const write = () => refusal(() => saveSettings(folder, { central, connections: [] })).code;
    expect(asOrdinaryUser(folder, write)).toBe('data_folder_unusable');
  });

  test('says that the folder is a file', () => {
    const folder = join(folderWith(WRITTEN), 'settings.json');
    const error = refusal(() => saveSettings(folder, { central, connections: [] }));
    expect(error.code).toBe('data_folder_unusable');
    expect(error.params.folder).toBe(folder);
  });
});

/** To root no folder is read-only: as root, this becomes nobody for a moment. */
function asOrdinaryUser<T>(folder: string, work: () => T): T {
  const NOBODY = 65534;
  if (process.getuid?.() !== 0) return work();
  chownSync(folder, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return work();
  } finally {
    process.seteuid?.(0);
  }
}

describe('changing the settings', () => {
  test('writes neither defaults nor expanded URLs into the file', () => {
    const folder = folderWith(WRITTEN);
    const settings = updateSettings(folder, (current) => ({ ...current, retention: { days: 7 } }));
    expect(settings.retention).toEqual({ days: 7, batches: 500 });
    expect(fileOf(folder)).toBe(
      WRITTEN.replace('"\n  }\n}', '"\n  },\n  "retention": {\n    "days": 7\n  }\n}'),
    );
  });

  test('is made anew where another program wrote the file meanwhile', () => {
    const folder = folderWith(WRITTEN);
    let calls = 0;
    updateSettings(folder, (current) => {
      calls++;
      if (calls === 1) writeFileSync(join(folder, 'settings.json'), WRITTEN.replace('"id",', '"en",'));
      return { ...current, retention: { days: 7 } };
    });
    expect(calls).toBe(2);
    expect(loadSettings(folder)).toMatchObject({ language: 'en', retention: { days: 7 } });
  });

  test('leaves a broken file alone', () => {
    const folder = folderWith('{ "central": ');
    expect(refusal(() => updateSettings(folder, (current) => current)).code).toBe('settings_invalid');
    expect(fileOf(folder)).toBe('{ "central": ');
  });

  test('adds a connection behind the others and touches nothing else', () => {
    const folder = folderWith(WRITTEN);
    const settings = addConnection(folder, { ...lampung, password: '${LMP}' });
    expect(settings.connections.map(({ id }) => id)).toEqual(['a', 'pgsql_lmp']);
    const saved: SettingsFile = JSON.parse(fileOf(folder));
    expect(saved.connections.pop()).toEqual({ ...lampung, password: '${LMP}' });
    expect(`${JSON.stringify(saved, null, 2)}\n`).toBe(WRITTEN);
  });

  test('refuses a connection that is there', () => {
    const folder = folderWith(WRITTEN);
    const error = refusal(() => addConnection(folder, { ...lampung, id: 'a' }));
    expect(error.code).toBe('connection_exists');
    expect(error.params.connection).toBe('a');
    expect(fileOf(folder)).toBe(WRITTEN);
  });
});

test('a reader never sees half a file while another process saves', async () => {
  const folder = testFolder();
  saveSettings(folder, { central, connections: [lampung] });
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'saveOften.ts'), folder], {
    stdio: 'inherit',
  });
  const exit = once(writer, 'exit');
  const seen = new Set<number>();
  while (writer.exitCode === null) {
    for (let i = 0; i < 50; i++) seen.add(loadSettings(folder).retention.days);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await exit).toEqual([0, null]);
  expect(seen.size).toBeGreaterThan(1);
  expect(readdirSync(folder)).toEqual(['settings.json']);
});
