import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import {
  COMPUTER_CHECKS,
  DOCTOR_STATES,
  type DoctorReport,
  FINDINGS,
  SERVER_CHECKS,
} from '../../src/shared/doctor.ts';
import { reportLines } from '../../src/shared/texts/doctorText.ts';
import { LANGUAGES } from '../../src/shared/texts/language.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { atBranch } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { makeHome } from '../support/home.ts';
import { runCli } from './run.ts';

const doctor = (folder: string, ...args: readonly string[]) =>
  runCli(['--data-dir', folder, 'doctor', ...args]);

/** The form that docs/doctor.md describes. */
const reportForm = z.strictObject({
  schema: z.literal(1),
  at: z.iso.datetime(),
  version: z.string(),
  state: z.enum(DOCTOR_STATES),
  checks: z.array(
    z.strictObject({
      check: z.enum([...COMPUTER_CHECKS, ...SERVER_CHECKS]),
      subject: z.string().nullable(),
      label: z.string().nullable(),
      state: z.enum(DOCTOR_STATES),
      code: z.string(),
      found: z.string().min(1),
      means: z.string().min(1).nullable(),
      next: z.string().min(1).nullable(),
      message: z.string().nullable(),
      facts: z.record(z.string(), z.union([z.string(), z.number()])),
      ms: z.int().min(0),
    }),
  ),
});

test('a computer with nothing on it is told how to begin, in both languages, and stays as it was', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'branchline-doctor-')), 'data');
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
  const english = await doctor(folder, '--quick');
  expect(english).toMatchObject({ code: 2, stderr: '' });
  expect(english.stdout).toContain('There are no settings yet');
  expect(english.stdout).toContain('Do: Start with "branchline connection add');
  const indonesian = await runCli(['--data-dir', folder, '--language', 'id', 'doctor', '--quick']);
  expect(indonesian.stdout).toContain('Belum ada pengaturan');
  expect(indonesian.stdout).toContain('Lakukan: Mulai dengan');
  expect(existsSync(folder)).toBe(false);
});

test('--json has the documented form; a refused table is a problem with the SQL; names cannot act on the terminal', async () => {
  await using pair = await freshDatabases();
  const hostile = 'od\u001b[31m\n  ✓ Clock: fine <img src=x>';
  await atBranch(
    pair,
    'CREATE TABLE item (id int PRIMARY KEY)',
    `CREATE TABLE "${hostile}" (id int PRIMARY KEY)`,
    `REVOKE SELECT ON "${hostile}" FROM PUBLIC, ${pair.source.user}`,
  );
  using home = makeHome(pair, { connection: { label: 'Lam\u001b]0;x\u0007pung\u202e' } });
  const before = readdirSync(home.folder);
  const told = await doctor(home.folder, '--json');
  expect(told).toMatchObject({ code: 2, stderr: '' });
  const report = reportForm.parse(JSON.parse(told.stdout));
  const rights = report.checks.find((one) => one.check === 'rights' && one.subject === 'pgsql_lmp');
  expect(rights).toMatchObject({ state: 'problem', code: 'source_permission' });
  expect(rights?.next).toContain('GRANT SELECT ON');
  expect(report.checks.filter((one) => one.state === 'problem')).toHaveLength(1);
  const well = report.checks.find((one) => one.check === 'clock' && one.subject === 'central');
  expect(well).toMatchObject({ state: 'ok', means: null, next: null, message: null });

  const printed = await doctor(home.folder, '--quick');
  for (const { stdout } of [told, printed]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
    expect(stdout).not.toContain(pair.source.password);
  }
  expect(printed.stdout.split('\n').filter((line) => line.startsWith('  ✓ Clock'))).toHaveLength(2);
  expect(readdirSync(home.folder)).toEqual(before);
});

test('all well is 0, also with notes; a warning is 1', async () => {
  await using pair = await freshDatabases();
  await atBranch(pair, 'CREATE TABLE item (id int PRIMARY KEY)');
  using home = makeHome(pair);
  const well = await doctor(home.folder, '--quick', '--json');
  const left = reportForm.parse(JSON.parse(well.stdout)).checks.filter((one) => /warn|prob/.test(one.state));
  expect(left).toEqual([]);
  expect(well.code).toBe(0);
  const file = join(home.folder, 'settings.json');
  const settings: object = JSON.parse(readFileSync(file, 'utf8'));
  const schedules = [{ id: 'daily', cron: '0 3 * * *', timezone: 'UTC' }];
  writeFileSync(file, JSON.stringify({ ...settings, schedules }));
  const warned = await doctor(home.folder, '--quick');
  expect(warned.code).toBe(1);
  expect(warned.stdout).toContain('Start Branchline from the menu');
});

test('Ctrl+C ends it soon, also while a server is silent, and leaves nothing in the data folder', async () => {
  await using pair = await freshDatabases();
  const asked = Promise.withResolvers<void>();
  // Takes what it is sent, and says nothing.
  const silent = createServer((socket) => socket.on('error', () => {}).once('data', () => asked.resolve()));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  using home = makeHome(pair, { connection: { port, connectTimeoutSeconds: 600 } });
  const before = readdirSync(home.folder);
  let stopped = Number.NaN;
  const { code } = await runCli(['--data-dir', home.folder, 'doctor', '--quick'], {
    onStart: (child) =>
      void asked.promise.then(() => {
        stopped = performance.now();
        child.kill('SIGINT');
      }),
  });
  expect(code).toBe(3);
  expect(performance.now() - stopped).toBeLessThan(10_000);
  expect(readdirSync(home.folder)).toEqual(before);
});

/** Every value that any finding names. */
const VALUES = {
  count: 3,
  file: '/f',
  folder: '/d',
  reason: 'why',
  version: '1',
  runtime: 'Node.js',
  platform: 'linux',
  since: '2026-11-30T10:00:00Z',
  schedule: 's',
  cron: '* * * * *',
  timezone: 'UTC',
  nextAt: '2026-11-30T10:00:00Z',
  freeBytes: 1e9,
  fileBytes: 1e6,
  finding: 'page 3',
  pid: 1,
  host: 'h',
  face: 'cli',
  zone: 'UTC',
  minutes: 30,
  action: 'suspend',
  port: 1,
  user: 'u',
  database: 'd',
  sshHost: 's',
  sshPort: 22,
  hostKey: 'k',
  offered: 'o',
  connection: 'c',
  sslmode: 'prefer',
  endsAt: '2026-11-30T10:00:00Z',
  days: 3,
  serverVersion: '18.1',
  endedOn: '2026-11-12',
  schema: 'public',
  tables: 'a, b',
  sql: 'GRANT 1;',
  tablesVersion: 4,
  known: 5,
  skewSeconds: 90,
  serverZone: 'UTC',
  roundTripMs: 5,
  bytesPerSecond: 1e6,
  seconds: 20,
};

test.each(LANGUAGES)(
  'every finding has its words; what is not fine says what it means and what to do (%s)',
  (language) => {
    const t = createTranslator(language);
    for (const [code, state] of Object.entries(FINDINGS)) {
      const { found, means, next } = t.finding(code as keyof typeof FINDINGS, VALUES);
      expect(`${found} ${means} ${next}`, code).not.toMatch(/\{\{|\?|undefined|NaN/);
      if (state !== 'ok') expect([code, means === null, next === null]).toEqual([code, false, false]);
    }
    const checks: DoctorReport['checks'] = Object.entries(FINDINGS).map(([code, state]) => ({
      check: 'clock',
      subject: null,
      state,
      finding: { kind: 'finding', code: code as keyof typeof FINDINGS, params: VALUES },
      ms: 0,
    }));
    const lines = reportLines({ at: VALUES.since, version: '1', state: 'problem', checks, labels: {} }, t);
    expect(lines.join('\n')).toContain(`[${t('doctor.state.problem')}]`);
  },
);
