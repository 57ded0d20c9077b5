import { expect, test } from 'vitest';
import type { Candidate } from '../../src/core/standing/candidates.ts';
import { judge } from '../../src/core/standing/resumePlan.ts';
import { type BatchRow, NOT_BEGUN, type TableRow } from '../../src/shared/contract.ts';
import { FailureCode, FailureKind } from '../../src/shared/errors.ts';
import { settingsSchema } from '../../src/shared/settings.ts';
import { BatchStatus, InterruptionReason, TableStatus } from '../../src/shared/status.ts';
import { NOTHING_COUNTED } from '../../src/shared/traffic.ts';

const NOW = Date.parse('2026-03-02T08:00:00Z');
const MINUTE = 60_000;
const ago = (ms: number): string => new Date(NOW - ms).toISOString();

const endpoint = { host: 'h', database: 'd', user: 'u' };
const settings = settingsSchema.parse({
  central: endpoint,
  connections: [
    { ...endpoint, id: 'here' },
    { ...endpoint, id: 'off', enabled: false },
  ],
  resume: { maxAttempts: 3, maxAgeHours: 2 },
});

function table(connection: string, name: string, kind: FailureKind | null = null): TableRow {
  return {
    batch_id: 'b',
    connection,
    table_name: name,
    model_name: name,
    ...NOT_BEGUN,
    status: kind === null ? TableStatus.Pending : TableStatus.Failed,
    error_detail:
      kind === null ? null : { code: FailureCode.ConnectionLost, kind, message: 'gone', params: {} },
  };
}

interface Case extends Partial<Omit<Candidate, 'batch'>> {
  readonly imported?: string;
  readonly reason?: InterruptionReason;
  readonly endedAt?: string;
}

/** An interrupted batch where a reason is given, else a failed one. It ended a minute ago. */
function candidate({ reason, endedAt = ago(MINUTE), imported, ...rest }: Case): Candidate {
  const open = rest.open ?? [table('here', 'a')];
  const batch: BatchRow = {
    batch_id: 'b',
    status: reason === undefined ? BatchStatus.Failed : BatchStatus.Interrupted,
    trigger: 'schedule',
    total_tables: 3,
    completed_tables: 1,
    failed_tables: 0,
    skipped_tables: 0,
    options: { connections: [], tables: [], strategy: null, allowDeletes: false, imported },
    interruption_reason: reason ?? null,
    resume_count: 0,
    started_at: ago(2 * MINUTE),
    ended_at: endedAt,
    duration_seconds: 60,
    ...NOTHING_COUNTED,
  };
  return { batch, open, left: open.length, tried: null, progress: 10, gaveUp: false, ...rest };
}

const { Crash, Shutdown, User, LostLease } = InterruptionReason;
const unreachable = table('here', 'u', FailureKind.Unreachable);
const transient = table('here', 't', FailureKind.Transient);
const permanent = table('here', 'p', FailureKind.Permanent);
const tried = (attempts: number, lastAt = ago(MINUTE), progress = 10) => ({ attempts, progress, lastAt });
const LEFT = { kind: 'left' };

test.each<[string, Case, object]>([
  [
    'a crash',
    { reason: Crash },
    { kind: 'resume', at: NOW, attempt: 1, tables: null, connections: ['here'] },
  ],
  ['a shutdown', { reason: Shutdown }, { kind: 'resume', at: NOW, attempt: 1 }],
  ['stopped by a person', { reason: User }, LEFT],
  ['taken over by another installation', { reason: LostLease }, LEFT],
  ['all done by a later batch', { reason: User, left: 2, open: [] }, { kind: 'superseded' }],
  ['failed, all done by a later batch', { left: 2, open: [] }, LEFT],
  [
    'died between its last table and its end',
    { reason: Crash, left: 0, open: [], endedAt: ago(500 * MINUTE) },
    { kind: 'resume', at: NOW, connections: [] },
  ],
  ['older than maxAgeHours', { reason: Crash, endedAt: ago(121 * MINUTE) }, LEFT],
  ['just not older', { reason: Crash, endedAt: ago(119 * MINUTE) }, { kind: 'resume' }],
  ['failed for good', { open: [permanent] }, LEFT],
  [
    'failed for what passes',
    { open: [permanent, unreachable, transient] },
    {
      kind: 'resume',
      at: NOW - MINUTE + 30_000,
      tables: [
        { connection: 'here', table: 'u' },
        { connection: 'here', table: 't' },
      ],
    },
  ],
  ['a connection that is gone from the settings', { reason: Crash, open: [table('gone', 'a')] }, LEFT],
  ['one that is switched off', { open: [table('off', 'a', FailureKind.Unreachable)] }, LEFT],
  [
    'two connections, one of them gone',
    { reason: Crash, open: [table('gone', 'a'), table('here', 'b')] },
    { kind: 'resume', tables: [{ connection: 'here', table: 'b' }], connections: ['here'] },
  ],
  [
    'a second attempt that came no further',
    { reason: Crash, tried: tried(1) },
    { at: NOW - MINUTE + 30_000, attempt: 2 },
  ],
  ['a third, twice as long after', { reason: Crash, tried: tried(2) }, { at: NOW, attempt: 3 }],
  ['too many without progress', { reason: Crash, tried: tried(3) }, { kind: 'gave_up', attempts: 3 }],
  [
    'too many failures without progress',
    { open: [transient], tried: tried(3) },
    { kind: 'gave_up', attempts: 3 },
  ],
  [
    'progress starts the count anew',
    { reason: Crash, tried: tried(3, ago(0), 9) },
    { kind: 'resume', at: NOW, attempt: 1 },
  ],
  [
    'progress of a failed one keeps its delay',
    { open: [transient], tried: tried(3, ago(0), 9), endedAt: ago(0) },
    { at: NOW + 30_000, attempt: 1 },
  ],
  [
    'a clock set back does not keep it waiting',
    { open: [transient], endedAt: ago(-100 * MINUTE) },
    { kind: 'resume', at: NOW },
  ],
  [
    'nor a later attempt',
    { reason: Crash, tried: tried(1, ago(-100 * MINUTE)) },
    { kind: 'resume', at: NOW },
  ],
])('what becomes of a batch: %s', (_name, made, verdict) => {
  expect(judge(candidate(made), settings, NOW)).toMatchObject(verdict);
});

test('with resume.auto off, nothing is resumed', () => {
  const off = { ...settings, resume: { ...settings.resume, auto: false } };
  expect(judge(candidate({ reason: Crash }), off, NOW)).toEqual(LEFT);
  expect(judge(candidate({ open: [unreachable] }), off, NOW)).toEqual(LEFT);
});

test.each([InterruptionReason.Crash, undefined])(
  'an import that ended by %s is left to a person, who has its file and its passphrase',
  (reason) => {
    const open = [table('here', 'a', FailureKind.Transient)];
    const one = candidate({ ...(reason && { reason }), imported: '/media/stick/here.export', open });
    expect(judge(one, settings, NOW)).toEqual({ kind: 'left' });
  },
);
