import { describe, expect, test } from 'vitest';
import { type TrayFacts, type TrayItem, type TrayModel, trayModel } from '../../src/main/tray/trayModel.ts';
import type { BatchRow } from '../../src/shared/contract.ts';
import { FailureCode, FailureKind, UsageCode } from '../../src/shared/errors.ts';
import type { Attention, ServiceActivity, ServiceStatus } from '../../src/shared/service.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { NOTHING_COUNTED } from '../../src/shared/traffic.ts';

const t = createTranslator('en');
const NOW = new Date(2026, 10, 22, 10, 0);
const at = (hour: number, minute = 0): string => new Date(2026, 10, 22, hour, minute).toISOString();

const COMPLETED: BatchRow = {
  batch_id: 'sync_20261122_083000_aaaaaaaa',
  status: 'completed',
  trigger: 'schedule',
  total_tables: 120,
  completed_tables: 120,
  failed_tables: 0,
  skipped_tables: 0,
  options: { connections: ['pgsql_lmp'], tables: [], strategy: null, allowDeletes: false },
  interruption_reason: null,
  resume_count: 0,
  started_at: at(8, 30),
  ended_at: at(8, 41),
  duration_seconds: 660,
  ...NOTHING_COUNTED,
};
const FAILED: BatchRow = { ...COMPLETED, status: 'failed', batch_id: 'sync_20261122_093000_bbbbbbbb' };
const CUT: BatchRow = {
  ...COMPLETED,
  status: 'interrupted',
  interruption_reason: 'user',
  batch_id: 'sync_20261122_094500_cccccccc',
};

const tables = (...names: readonly string[]) => names.map((table) => ({ connection: 'pgsql_lmp', table }));
const failing = (more: Partial<Attention> = {}): Attention => ({
  batch: FAILED,
  failed: tables('c_invoice', 'c_order'),
  asking: [],
  retrying: [],
  openTables: 2,
  resumesAlone: false,
  ...more,
});
/** Tables that are tried again by themselves. */
const waiting: Attention = {
  ...failing(),
  failed: [],
  retrying: tables('c_invoice', 'c_order'),
  resumesAlone: true,
};
const cut = (more: Partial<Attention> = {}): Attention => ({
  batch: CUT,
  failed: [],
  asking: [],
  retrying: [],
  openTables: 7,
  resumesAlone: false,
  ...more,
});

const UNREACHABLE = {
  code: FailureCode.SourceUnreachable,
  kind: FailureKind.Unreachable,
  message: 'connect ECONNREFUSED',
  params: {},
};
const ACTIVITIES: Readonly<Record<ServiceActivity['kind'], ServiceActivity>> = {
  idle: { kind: 'idle' },
  starting: { kind: 'starting' },
  running: { kind: 'running', batchId: COMPLETED.batch_id },
  after_batch: { kind: 'after_batch', hook: 'REFRESH' },
  verifying: { kind: 'verifying' },
  exporting: { kind: 'exporting' },
  waiting_lease: { kind: 'waiting_lease', holder: null },
  waiting_database: {
    kind: 'waiting_database',
    connection: 'pgsql_lmp',
    failure: UNREACHABLE,
    since: at(9),
    nextAttemptAt: at(10, 1),
  },
};

interface Situation extends Partial<Omit<TrayFacts, 'status'>> {
  readonly status?: Partial<ServiceStatus>;
}

function show({ status, ...facts }: Situation = {}, translate = t): TrayModel {
  return trayModel(
    {
      status: {
        activity: ACTIVITIES.idle,
        pause: null,
        next: null,
        attention: [],
        differing: [],
        leftBehind: [],
        formerConnections: [],
        compareDue: [],
        neverCopied: [],
        hooks: [],
        connections: 1,
        refusal: null,
        ...status,
      },
      progress: null,
      latest: [COMPLETED],
      upTo: at(8, 41),
      startAtLogin: false,
      now: NOW,
      labelOf: () => 'Lampung',
      ...facts,
    },
    translate,
  );
}

function item(model: TrayModel, label: string): Exclude<TrayItem, { type: 'separator' }> {
  const found = model.menu.find((one) => one.type !== 'separator' && one.label === label);
  if (found === undefined || found.type === 'separator') throw new Error(`no "${label}"`);
  return found;
}

describe('the icon', () => {
  const paused = { since: at(9), until: null };
  const broken = { code: UsageCode.SettingsInvalid, params: {} };
  const activities = Object.values(ACTIVITIES);

  test.each(activities)('shows attention before anything else while $kind', (activity) => {
    expect(show({ status: { activity, attention: [failing()] } }).state).toBe('attention');
    expect(show({ status: { activity, attention: [cut()], pause: paused } }).state).toBe('attention');
    expect(show({ status: { activity, refusal: broken } }).state).toBe('attention');
  });

  test.each([
    ['idle', 'up_to_date', 'paused'],
    ['starting', 'running', 'running'],
    ['running', 'running', 'running'],
    ['verifying', 'running', 'running'],
    ['waiting_lease', 'waiting', 'paused'],
    ['waiting_database', 'waiting', 'paused'],
  ] as const)('while %s is %s, and %s in a pause', (kind, state, stateInPause) => {
    const activity = ACTIVITIES[kind];
    expect(show({ status: { activity } }).state).toBe(state);
    expect(show({ status: { activity, pause: paused } }).state).toBe(stateInPause);
  });

  test('is not green if a branch was never copied or a table differs, whatever resolves itself (A10, A18, A20)', () => {
    const neverCopied = { neverCopied: ['pgsql_plm'], connections: 2 };
    const differing = [
      { connection: 'pgsql_lmp', table: 'c_invoice', since: at(7), collides: false, failure: null },
    ];
    for (const attention of [[], [waiting]]) {
      expect(show({ upTo: null, status: { ...neverCopied, attention } }).state).toBe('attention');
      expect(show({ status: { differing, attention } }).state).toBe('attention');
    }
    const mixed = failing({ retrying: tables('m_product') });
    const activity = ACTIVITIES.waiting_database;
    expect(show({ status: { attention: [waiting, mixed], activity } })).toMatchObject({
      state: 'attention',
      tooltip: 'Branchline: 2 tables failed: c_invoice, c_order',
    });
  });

  test('shows waiting while something is retried automatically, and idle if nothing was ever copied', () => {
    expect(show({ status: { attention: [waiting] } }).state).toBe('waiting');
    expect(show({ upTo: null, latest: [] }).state).toBe('idle');
    expect(show({ upTo: null }).state).toBe('idle');
  });
});

describe('the tooltip and the first line', () => {
  test.each<readonly [string, Situation]>([
    ['Head office has everything up to 08:41', {}],
    ['Nothing has been copied yet', { upTo: null, latest: [], status: { neverCopied: ['pgsql_lmp'] } }],
    ['Not all tables have been copied yet', { upTo: null }],
    ['Looking at the tables…', { status: { activity: ACTIVITIES.starting } }],
    [
      'Copying: 12 of 120 tables, 43%',
      {
        status: { activity: ACTIVITIES.running },
        progress: { doneTables: 12, totalTables: 120, fraction: 0.4399, waitingSeconds: null },
      },
    ],
    [
      'Waiting for head office, 3 min 05 s',
      {
        status: { activity: ACTIVITIES.running },
        progress: { doneTables: 12, totalTables: 120, fraction: 0.4399, waitingSeconds: 185 },
      },
    ],
    ['Checking that both sides are equal', { status: { activity: ACTIVITIES.verifying } }],
    ['Waiting for the database of Lampung', { status: { activity: ACTIVITIES.waiting_database } }],
    [
      'Waiting for head office',
      { status: { activity: { ...ACTIVITIES.waiting_database, connection: null } as ServiceActivity } },
    ],
    ['Waiting for another run to end', { status: { activity: ACTIVITIES.waiting_lease } }],
    ['Paused until you resume', { status: { pause: { since: at(9), until: null } } }],
    ['Paused until 11:00', { status: { pause: { since: at(9), until: at(11) } } }],
    ['2 tables failed: c_invoice, c_order', { status: { attention: [failing()] } }],
    [
      '5 tables failed: a, b, c and 2 more',
      { status: { attention: [failing({ failed: tables('a', 'b', 'c', 'd', 'e') })] } },
    ],
    ['The batch of 08:30 stopped before its end', { status: { attention: [cut()] } }],
    [
      'No longer at the branch: c_invoice',
      { status: { leftBehind: [{ connection: 'pgsql_lmp', table: 'c_invoice', since: at(7) }] } },
    ],
    [
      'Not in the settings any more: pgsql_old',
      { status: { formerConnections: [{ connection: 'pgsql_old', schema: 'public', since: at(7) }] } },
    ],
    ['To be compared, since records were lost: Lampung', { status: { compareDue: ['pgsql_lmp'] } }],
    ['Not copied yet: Lampung', { upTo: null, status: { neverCopied: ['pgsql_lmp'], connections: 2 } }],
    [
      '1 table differs at head office: c_invoice',
      {
        status: {
          differing: [
            { connection: 'pgsql_lmp', table: 'c_invoice', since: at(7), collides: false, failure: null },
          ],
        },
      },
    ],
    [
      '2 tables failed: c_invoice (pgsql_a), c_invoice (pgsql_b)',
      {
        labelOf: (id) => id,
        status: {
          connections: 2,
          attention: [
            failing({ failed: [{ connection: 'pgsql_a', table: 'c_invoice' }] }),
            failing({ failed: [{ connection: 'pgsql_b', table: 'c_invoice' }] }),
          ],
        },
      },
    ],
    ['Tries again by itself', { status: { attention: [waiting] } }],
    ['Needs setting up', { status: { refusal: { code: UsageCode.SettingsMissing, params: {} } } }],
  ])('%s', (text, situation) => {
    const model = show(situation);
    expect(model.tooltip).toBe(`Branchline: ${text}`);
    // Not a disabled line, which desktops draw in a grey that is hard to read.
    expect(model.menu[0]).toMatchObject({ type: 'command', label: text, command: { kind: 'open' } });
  });

  test('in Bahasa Indonesia', () => {
    const model = show({ status: { attention: [failing()] } }, createTranslator('id'));
    expect(model.tooltip).toBe('Branchline: 2 tabel gagal: c_invoice, c_order');
    expect(show({}, createTranslator('id')).tooltip).toBe(
      'Branchline: Kantor pusat punya semuanya sampai 08.41',
    );
  });
});

describe('the menu', () => {
  test('says the last batch and the next run', () => {
    const model = show({ status: { next: { schedule: 'noon', at: at(12) } } });
    expect(item(model, 'Last batch: 08:30, completed')).toMatchObject({
      command: { kind: 'open', batchId: COMPLETED.batch_id },
    });
    expect(item(model, 'Next run: 12:00')).toMatchObject({ command: { kind: 'open', batchId: null } });
    expect(item(show({ latest: [], upTo: null }), 'No batch yet')).toMatchObject({
      command: { kind: 'open', batchId: null },
    });
  });

  test('has only what is possible', () => {
    const labels = (model: TrayModel): string =>
      model.menu.map((one) => (one.type === 'separator' ? '' : one.label)).join('\n');
    const idle = show();
    expect(item(idle, 'Run now')).toMatchObject({ command: { kind: 'run_now' } });
    expect(labels(idle)).not.toMatch(/Resume the|Retry|Stop/);
    const troubled = show({ status: { attention: [cut(), failing()] } });
    expect(item(troubled, 'Resume the interrupted batch')).toMatchObject({
      command: { kind: 'resume', batchId: CUT.batch_id },
    });
    expect(item(troubled, 'Retry failed tables')).toMatchObject({
      command: { kind: 'retry', batchId: FAILED.batch_id },
    });
    const running = show({ status: { activity: ACTIVITIES.running, attention: [cut(), failing()] } });
    expect(labels(running)).not.toMatch(/Run now|Resume the|Retry/);
    const broken = show({ status: { refusal: { code: UsageCode.SettingsMissing, params: {} } } });
    expect(labels(broken)).not.toMatch(/Run now|Pause|Resume|Retry|Stop/);
  });

  test('stops this run, and pauses the automatic ones, as two things', () => {
    const running = show({ status: { activity: ACTIVITIES.running } });
    expect(item(running, 'Stop this run (what has arrived is kept)')).toMatchObject({
      command: { kind: 'stop_run' },
    });
    expect(item(running, 'Pause automatic runs (this run goes on)')).toMatchObject({ type: 'submenu' });
  });

  test('pauses for a time, or ends the pause', () => {
    expect(item(show(), 'Pause automatic runs')).toMatchObject({
      type: 'submenu',
      items: [
        { command: { kind: 'pause', length: 'hour' } },
        { command: { kind: 'pause', length: 'tomorrow' } },
        { command: { kind: 'pause', length: 'open' } },
      ],
    });
    const paused = show({ status: { pause: { since: at(9), until: null } } });
    expect(item(paused, 'Resume automatic runs')).toMatchObject({ command: { kind: 'unpause' } });
  });

  test('leads to the latest batches', () => {
    expect(item(show({ latest: [FAILED, COMPLETED] }), 'Latest batches')).toMatchObject({
      items: [
        { label: '08:30 · failed', command: { kind: 'open', batchId: FAILED.batch_id } },
        { label: '08:30 · completed', command: { kind: 'open', batchId: COMPLETED.batch_id } },
      ],
    });
    expect(() => item(show({ latest: [] }), 'Latest batches')).toThrow();
  });

  test('starts at login where the platform can', () => {
    expect(item(show({ startAtLogin: true }), 'Start when I sign in')).toMatchObject({
      checked: true,
      command: { kind: 'start_at_login', on: false },
    });
    expect(() => item(show({ startAtLogin: null }), 'Start when I sign in')).toThrow();
  });
});

test('a click opens the batch that needs a person, or else the start page', () => {
  expect(show().click).toBeNull();
  expect(show({ status: { attention: [waiting] } }).click).toBeNull();
  expect(show({ status: { attention: [failing()] } }).click).toBe(FAILED.batch_id);
});
