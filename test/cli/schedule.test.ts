import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renderSchedules } from '../../src/cli/commands/scheduleList.ts';
import { openJournal } from '../../src/core/journal/openJournal.ts';
import type { ScheduleView } from '../../src/shared/contract.ts';
import { planOf, realPorts } from '../core/journal/support/world.ts';
import { lookOf } from './rows.ts';
import { runCli } from './run.ts';

let folder = '';
const run = (args: readonly string[], env: Record<string, string> = {}) =>
  runCli(['schedule', 'list', ...args, '--data-dir', folder], { env: { TZ: 'Asia/Jakarta', ...env } });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'branchline-cli-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(...schedules: readonly unknown[]): Promise<void> {
  const central = { host: 'hq', database: 'd', user: 'u' };
  const connections = [{ id: 'pgsql_lmp', host: 'h', database: 'd', user: 'u' }];
  await writeFile(join(folder, 'settings.json'), JSON.stringify({ central, connections, schedules }));
}

const MORNING = { id: 'morning', cron: '30 8 * * *', timezone: 'Asia/Jakarta' };
const PARTS = {
  id: 'parts',
  cron: '0 */2 * * 1-5',
  timezone: 'UTC',
  connections: ['pgsql_lmp'],
  tables: ['CInvoice'],
  missed: 'skip',
  jitterSeconds: 0,
};

describe('schedule list', () => {
  it('shows what is planned, in words', async () => {
    await write(MORNING, PARTS, { ...MORNING, id: 'off', enabled: false });
    const { code, stdout } = await run([]);
    expect(code).toBe(0);
    const [morning = '', parts = '', off = ''] = stdout.split('\n\n');
    expect(morning).toMatch(/^morning {2}✓ on\n {2}When {7}At 08:30, every day \(30 8 \* \* \*\)$/m);
    expect(morning).toMatch(/Starts .* later than planned \(each branch up to 5 min 00 s/);
    expect(morning).toMatch(/What +all connections; all tables\n +If missed +caught up once\n/);
    expect(morning).toContain('has not run yet');
    expect(morning.match(/\w{3}, \d+ \w+ \d{4}, 08:30$/gm)).toHaveLength(5);
    expect(morning).not.toContain('here');
    expect(parts).toContain('On the hour, every 2 hours, Monday through Friday');
    expect(parts).toMatch(/pgsql_lmp; tables CInvoice\n +If missed +skipped/);
    expect(parts).toMatch(/Starts +exactly when planned/);
    // Another time zone than this computer's.
    expect(parts.match(/\d\d:00 +\(\w{3}, \d+ \w+ \d{4}, \d\d:00 here\)$/gm)).toHaveLength(5);
    expect(off).toMatch(/^off {2}off\n/);
    expect(off).toContain('none while it is off');
    expect(stdout).toContain('one of the two must be running');
  });

  it('shows a list of times as words alone, and for programs as it is', async () => {
    const times = { id: 'daily', times: ['08:30', '17:00'], days: ['mon', 'tue', 'wed', 'thu', 'fri'] };
    await write({ ...times, timezone: 'Asia/Jakarta' });
    expect((await run([])).stdout).toMatch(/When +At 08:30 and 17:00, Monday through Friday\n/);
    const { schedules } = JSON.parse((await run(['--json'])).stdout);
    expect(schedules[0]).toMatchObject({ ...times, cron: null });
  });

  it('speaks Indonesian', async () => {
    await write(MORNING, PARTS);
    const { stdout } = await run(['--language', 'id']);
    expect(stdout).toMatch(/^morning {2}✓ aktif\n {2}Kapan +Pada pukul 08\.30, setiap hari/m);
    expect(stdout).toMatch(/Jika terlewat +disusulkan satu kali/);
    expect(stdout).toMatch(/(Sen|Sel|Rab|Kam|Jum|Sab|Min), \d+ \w+ \d{4}, 08\.30\n/);
    expect(stdout).toMatch(/, \d\d\.00 di sini\)$/m);
  });

  it('prints JSON for programs', async () => {
    await write(MORNING);
    const { schedules } = JSON.parse((await run(['--json'])).stdout);
    expect(schedules).toHaveLength(1);
    expect(schedules[0]).toMatchObject({ ...MORNING, words: 'At 08:30, every day', last_run: null });
    expect(schedules[0].next_runs).toHaveLength(5);
    for (const at of schedules[0].next_runs) expect(at).toMatch(/T01:30:00\.000Z$/);
  });

  it('says how to add one if there is none, with a working example', async () => {
    await write();
    const { stdout } = await run([]);
    expect(stdout).toContain('There is no schedule yet');
    expect(stdout).toContain(join(folder, 'settings.json'));
    const example = JSON.parse(`{${stdout.slice(stdout.indexOf('"schedules"'))}}`);
    await write(...example.schedules);
    expect((await run([])).stdout).toContain('At 08:30 and 17:00, every day');
    await write();
    expect((await run(['--language', 'id'])).stdout).toContain('Belum ada jadwal');
  });

  it('shows the result of the last run', async () => {
    await write(MORNING, PARTS);
    const { journal } = openJournal(folder, realPorts);
    const { batch_id } = journal.beginBatch({ ...planOf('ad_org'), trigger: 'schedule' });
    journal.interruptBatch(batch_id, 'user');
    journal.noteScheduleRun('morning', '2026-03-02T01:30:00.000Z', batch_id, 'ran');
    journal.noteScheduleRun('parts', '2026-03-02T02:00:00.000Z', null, 'skipped');
    journal.close();
    const { stdout } = await run([]);
    expect(stdout).toMatch(
      new RegExp(`Last run .* ◐ interrupted {2}${batch_id} {2}\\(planned for Mon, 2 Mar`),
    );
    expect(stdout).toMatch(/the one planned for Mon, 2 Mar 2026, 02:00 was missed and skipped/);
    const { schedules } = JSON.parse((await run(['--json'])).stdout);
    expect(schedules[0].last_run).toMatchObject({ batch_id, batch_status: 'interrupted', outcome: 'ran' });
  });
});

it('a planned time has seconds only if it has some', () => {
  const view: ScheduleView = {
    id: 'x',
    cron: '15 30 8 * * *',
    times: null,
    days: [],
    timezone: 'UTC',
    connections: ['*'],
    tables: ['*'],
    missed: 'once',
    enabled: true,
    jitter_seconds: 0,
    late_seconds: 0,
    last_run: null,
    next_runs: ['2026-03-02T08:30:15.000Z'],
  };
  expect(renderSchedules([view], lookOf()).join('\n')).toMatch(/2 Mar 2026, 08:30:15/);
});
