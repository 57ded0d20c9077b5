import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { saveSettings } from '../../../src/core/settings/change.ts';
import {
  installation,
  installationId,
  keepInstallation,
  noteClaimed,
  renewInstallation,
  thisMachine,
} from '../../../src/core/settings/installation.ts';
import { UsageCode } from '../../../src/shared/errors.ts';
import { runCli } from '../../cli/run.ts';
import { refusal, testFolder } from './folder.ts';

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

const branch = { host: 'branch-pc', id: 'abc' };
const golden = { host: 'golden-image', id: 'image' };
const clone = { host: 'branch-7', id: 'def' };

describe('the identity of an installation', () => {
  test('is a random UUID, made once', () => {
    const folder = join(testFolder(), 'Branchline');
    const id = installationId(folder, branch);
    expect(id).toMatch(UUID);
    expect(installationId(folder, branch)).toBe(id);
    expect(recorded(folder)).toEqual({ id, host: 'branch-pc', machine: 'abc', claimed: [] });
    expect(installationId(testFolder(), branch)).not.toBe(id);
  });

  test.each([
    ['the case of the host name', { host: 'BRANCH-PC', id: 'abc' }],
    ['its domain', { host: 'branch-pc.corp.example', id: 'abc' }],
    ['the whole host name: the computer was renamed (D3)', { host: 'front-desk', id: 'abc' }],
    ['an id that this system does not tell any more', { host: 'branch-pc', id: null }],
  ])('stays the same when another is: %s', (_what, machine) => {
    const folder = testFolder();
    const id = installationId(folder, branch);
    expect(installationId(folder, machine)).toBe(id);
    expect(installationId(folder, machine)).toBe(id);
  });

  test('a renamed computer is known by its new name from then on', () => {
    const folder = testFolder();
    const id = installationId(folder, branch);
    installationId(folder, { host: 'front-desk', id: 'abc' });
    expect(recorded(folder)).toEqual({ id, host: 'front-desk', machine: 'abc', claimed: [] });
  });

  test('an earlier version knew the host alone: the id of the computer is added at the first start', () => {
    const folder = testFolder();
    const id = installationId(folder, { host: 'branch-pc', id: null });
    expect(installationId(folder, branch)).toBe(id);
    expect(recorded(folder)).toEqual({ id, host: 'branch-pc', machine: 'abc', claimed: [] });
  });

  test('a container has no id, and another host name at each start', () => {
    const folder = testFolder();
    const id = installationId(folder, { host: '3f2a', id: null });
    expect(installationId(folder, { host: '77c1', id: null })).toBe(id);
  });

  test.each([
    ['another host name and id', golden, clone],
    ['the same host name', golden, { host: 'golden-image', id: 'def' }],
    ['no id yet in an older file', { host: 'golden-image', id: null }, clone],
  ])('a copy on another computer stops and asks: %s (D3)', (_what, was, now) => {
    const folder = testFolder();
    installationId(folder, was);
    const before = recorded(folder);
    const { code, params } = refusal(() => installationId(folder, now));
    expect(code).toBe(UsageCode.InstallationCopied);
    expect(params).toEqual({ folder, host: 'golden-image', here: now.host });
    expect(recorded(folder)).toEqual(before);
  });

  test('one answer settles it: this computer takes the place of the other (D3)', () => {
    const folder = testFolder();
    const id = installationId(folder, golden);
    keepInstallation(folder, clone);
    expect(installationId(folder, clone)).toBe(id);
    expect(recorded(folder)).toEqual({
      id,
      host: 'branch-7',
      machine: 'def',
      claimed: [],
      kept: expect.any(String),
    });
    expect(refusal(() => installationId(folder, golden)).code).toBe(UsageCode.InstallationCopied);
  });

  test('one answer settles it: this computer is an installation of its own (D3)', () => {
    const folder = testFolder();
    const old = installationId(folder, golden);
    const { id } = renewInstallation(folder, clone);
    expect(id).toMatch(UUID);
    expect(id).not.toBe(old);
    expect(installationId(folder, clone)).toBe(id);
    expect(recorded(folder)).toEqual({ id, host: 'branch-7', machine: 'def', claimed: [], previous: old });
    const next = renewInstallation(folder, clone);
    expect(recorded(folder)).toEqual({ ...next, previous: id, earlier: [old] });
    expect(keepInstallation(folder, clone)).toMatchObject({ id: next.id, previous: id, earlier: [old] });
  });

  test.each(['', '\0\0\0', '{"id":"x"}'])('is made anew where its file is damaged: %j', (damaged) => {
    const folder = testFolder();
    writeFileSync(join(folder, 'installation.json'), damaged);
    const made = installation(folder, branch);
    expect(made.id).toMatch(UUID);
    expect(recorded(folder)).toEqual({ id: made.id, host: 'branch-pc', machine: 'abc', claimed: [] });
  });

  test.each([
    ['for the first time', null],
    ['where the file is damaged', '\0\0'],
  ])('is the same to all processes that start at once, %s', async (_when, content) => {
    const folder = testFolder();
    if (content !== null) writeFileSync(join(folder, 'installation.json'), content);
    const ids = await askAtOnce(folder, 'branch-pc', 6);
    expect(new Set(ids)).toEqual(new Set([installationId(folder, branch)]));
  });

  test('knows which connections its data folder has claimed, also after an answer', () => {
    const folder = testFolder();
    installationId(folder, golden);
    noteClaimed(folder, 'pgsql_lmp', golden);
    noteClaimed(folder, 'pgsql_lmp', golden);
    noteClaimed(folder, 'pgsql_bdg', golden);
    expect(installation(folder, golden).claimed).toEqual(['pgsql_lmp', 'pgsql_bdg']);
    expect(keepInstallation(folder, clone).claimed).toEqual(['pgsql_lmp', 'pgsql_bdg']);
    expect(renewInstallation(folder, clone).claimed).toEqual([]);
  });

  test('of an earlier version knows nothing of claims, and notes none', () => {
    const folder = testFolder();
    const id = installationId(folder, branch);
    writeFileSync(
      join(folder, 'installation.json'),
      JSON.stringify({ id, host: 'branch-pc', machine: 'abc' }),
    );
    noteClaimed(folder, 'pgsql_lmp', branch);
    expect(installation(folder, branch)).toEqual({ id, host: 'branch-pc', machine: 'abc' });
  });

  test('is read without writing', () => {
    const folder = testFolder();
    installationId(folder, branch);
    const before = statSync(join(folder, 'installation.json'), { bigint: true }).mtimeNs;
    installationId(folder, branch);
    expect(statSync(join(folder, 'installation.json'), { bigint: true }).mtimeNs).toBe(before);
  });

  test("this computer's own id is told as a hash alone", () => {
    const { id } = thisMachine();
    const file = '/etc/machine-id';
    if (existsSync(file)) expect(id).not.toBe(readFileSync(file, 'utf8').trim());
    if (id !== null) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(thisMachine()).toEqual(thisMachine());
  });
});

describe('a copied data folder, in the program (D3)', () => {
  test('every command that would sync asks, and goes on after the answer', async () => {
    const folder = testFolder();
    const endpoint = { host: '127.0.0.1', port: 1, database: 'x', user: 'y' };
    saveSettings(folder, { central: endpoint, connections: [{ ...endpoint, id: 'a' }] });
    const on = (machine: string, ...args: readonly string[]) =>
      runCli(['--data-dir', folder, ...args], { env: { BRANCHLINE_MACHINE: machine } });
    expect((await on('first', 'sync-status')).code).toBe(0);
    const asked = await on('second', 'sync-all');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain(`The data folder ${folder} belongs to the computer`);
    expect(asked.stderr).toContain('"branchline installation keep"');
    expect((await on('second', 'installation', 'new')).stdout).toContain('is an installation of its own now');
    expect((await on('second', 'sync-status')).code).toBe(0);
  });
});
