import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { installation, installationId } from '../../../src/core/settings/installation.ts';
import { testFolder } from './folder.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function recorded(folder: string): unknown {
  return JSON.parse(readFileSync(join(folder, 'installation.json'), 'utf8'));
}

/** Asks for the id in several processes at once. */
async function askAtOnce(folder: string, host: string, processes: number): Promise<string[]> {
  const program = join(import.meta.dirname, 'printInstallationId.ts');
  const ask = async () =>
    (await promisify(execFile)(process.execPath, [program, folder, host])).stdout.trim();
  return Promise.all(Array.from({ length: processes }, ask));
}

describe('the identity of an installation', () => {
  test('is a random UUID, made once', () => {
    const folder = join(testFolder(), 'Branchline');
    const id = installationId(folder, 'branch-pc');
    expect(id).toMatch(UUID);
    expect(installationId(folder, 'branch-pc')).toBe(id);
    expect(recorded(folder)).toEqual({ id, host: 'branch-pc' });
    expect(installationId(testFolder(), 'branch-pc')).not.toBe(id);
  });

  test('does not change with the case or the domain of the host name', () => {
    const folder = testFolder();
    const id = installationId(folder, 'BRANCH-PC');
    expect(installationId(folder, 'branch-pc.corp.example')).toBe(id);
  });

  test('is a new one on a cloned machine, which remembers the old', () => {
    const folder = testFolder();
    const old = installationId(folder, 'golden-image');
    const id = installationId(folder, 'branch-7');
    expect(id).not.toBe(old);
    expect(id).toMatch(UUID);
    expect(installationId(folder, 'branch-7')).toBe(id);
    expect(recorded(folder)).toEqual({ id, host: 'branch-7', previous: old });
  });

  test('differs between two clones of one image, also under the same host name', () => {
    const golden = testFolder();
    installationId(golden, 'golden-image');
    const clones = [testFolder(), testFolder()].map((folder) => {
      copyFileSync(join(golden, 'installation.json'), join(folder, 'installation.json'));
      return installationId(folder, 'pos');
    });
    expect(clones[0]).not.toBe(clones[1]);
  });

  test.each(['', '\0\0\0', '{"id":"x"}'])('is made anew where its file is damaged: %j', (damaged) => {
    const folder = testFolder();
    writeFileSync(join(folder, 'installation.json'), damaged);
    const made = installation(folder, 'branch-pc');
    expect(made.id).toMatch(UUID);
    expect(recorded(folder)).toEqual({ id: made.id, host: 'branch-pc' });
  });

  test('is the same to all processes that start for the first time at once', async () => {
    const folder = testFolder();
    const ids = await askAtOnce(folder, 'branch-pc', 6);
    expect(new Set(ids)).toEqual(new Set([installationId(folder, 'branch-pc')]));
  });

  test('is the same to all processes that start at once on a cloned machine', async () => {
    const folder = testFolder();
    const old = installationId(folder, 'golden-image');
    const ids = await askAtOnce(folder, 'branch-7', 6);
    expect(new Set(ids).size).toBe(1);
    expect(ids).not.toContain(old);
  });

  test('is read without writing', () => {
    const folder = testFolder();
    installationId(folder, 'branch-pc');
    const before = statSync(join(folder, 'installation.json'), { bigint: true }).mtimeNs;
    installationId(folder, 'branch-pc');
    expect(statSync(join(folder, 'installation.json'), { bigint: true }).mtimeNs).toBe(before);
  });
});
