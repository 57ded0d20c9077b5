import { describe, expect, test } from 'vitest';
import type { WritableJournal } from '../../src/core/journal/journal.ts';
import { NO_STANDING, standingOf, upToOf } from '../../src/core/standing/standing.ts';
import { failedRow } from '../../src/core/verify/outcome.ts';
import type { FailureDetail } from '../../src/shared/errors.ts';
import { type Settings, settingsSchema } from '../../src/shared/settings.ts';
import { VerifyResult, type VerifyRow } from '../../src/shared/verify.ts';
import { freshFolder, handClock, journalIn, realPorts, refusal } from '../core/journal/support/world.ts';

const START = '2026-03-02T08:00:00.000Z';
const endpoint = { host: 'h', database: 'd', user: 'u' };
const UNREACHABLE: FailureDetail = {
  code: 'source_unreachable',
  kind: 'unreachable',
  message: 'connect ECONNREFUSED',
  params: {},
};

type Connection = Readonly<Record<string, unknown>> & { readonly id: string };

function settingsWith(...connections: readonly (string | Connection)[]): Settings {
  return settingsSchema.parse({
    central: endpoint,
    connections: connections.map((one) => ({
      ...endpoint,
      ...(typeof one === 'string' ? { id: one } : one),
    })),
  });
}

/** A journal that tests write the past into; an hour passes with each batch. */
function world() {
  const clock = handClock(START);
  const journal = journalIn(freshFolder(), { ...realPorts, clock });
  /** @param ends by `connection/table`, how each ended; null is left pending */
  const batch = (
    ends: Readonly<Record<string, 'ok' | 'gone' | FailureDetail | null>>,
    more: { readonly tables?: readonly string[]; readonly stopped?: 'user' | 'crash' } = {},
  ): string => {
    clock.pass(3600);
    const names = Object.keys(ends).map((key) => {
      const [connection = '', table = ''] = key.split('/');
      return { connection, table };
    });
    const connections = [...new Set(names.map((one) => one.connection))];
    const { batch_id: batchId } = journal.beginBatch({
      trigger: 'cli',
      options: { connections, tables: more.tables ?? [], strategy: null, allowDeletes: false },
      tables: names.map((one) => ({ ...one, model: one.table, estimatedRows: 1, strategy: null })),
    });
    for (const name of names)
      run(journal, { batchId, ...name }, ends[`${name.connection}/${name.table}`] ?? null);
    if (more.stopped === undefined) journal.endBatch(batchId);
    else journal.interruptBatch(batchId, more.stopped);
    return batchId;
  };
  return { clock, journal, batch };
}

type Ref = { readonly batchId: string; readonly connection: string; readonly table: string };

function run(journal: WritableJournal, ref: Ref, end: 'ok' | 'gone' | FailureDetail | null): void {
  if (end === null) return;
  journal.startTable(ref, { strategy: null, estimatedRows: null });
  const at = { processed: 1, skipped: 0, deleted: 0, bytes: 1, checkpoint: null };
  if (end === 'gone') journal.skipTable(ref, 'source_table_missing');
  else if (end !== 'ok') journal.failTable(ref, end);
  else {
    const minute = new Date(Date.parse(START) + Number(ref.batchId.length)).toISOString();
    journal.progressTable(ref, { ...at, sourceSnapshotAt: minute });
    journal.completeTable(ref);
  }
}

const table = (key: string) => {
  const [connection, name] = key.split('/');
  return { connection, table: name };
};

describe('a connection that was never copied (A18)', () => {
  test('is named, and prevents "head office has everything"', () => {
    const { journal, clock, batch } = world();
    batch({ 'a/c_invoice': 'ok' });
    const settings = settingsWith('a', 'b');
    expect(upToOf(journal.reader, settings)).toBeNull();
    expect(standingOf(journal.reader, settings, clock.now())).toMatchObject({
      neverCopied: ['b'],
      connections: 2,
    });
    expect(upToOf(journal.reader, settingsWith('a'))).not.toBeNull();
  });

  test('does not count while it is disabled', () => {
    const { journal, clock, batch } = world();
    batch({ 'a/c_invoice': 'ok' });
    const settings = settingsWith('a', { id: 'b', enabled: false });
    expect(upToOf(journal.reader, settings)).not.toBeNull();
    expect(standingOf(journal.reader, settings, clock.now())).toMatchObject({
      neverCopied: [],
      connections: 1,
    });
  });

  test('counts as copied after a single table ran without a batch, but not completely', () => {
    const { journal, clock, batch } = world();
    batch({ 'a/c_invoice': 'ok' });
    journal.logEvent('table_completed', { connection: 'b', table: 'c_order' });
    const settings = settingsWith('a', 'b');
    expect(standingOf(journal.reader, settings, clock.now()).neverCopied).toEqual([]);
    expect(upToOf(journal.reader, settings)).toBeNull();
  });
});

describe('an open failure belongs to a (connection, table)', () => {
  const settings = settingsWith('a', 'b');
  const openOf = ({ journal, clock }: Pick<ReturnType<typeof world>, 'journal' | 'clock'>, at = settings) =>
    standingOf(journal.reader, at, clock.now()).attention.flatMap((one) => one.failed);

  test('stays open when the table with that name succeeds at another branch (D1)', () => {
    const past = world();
    past.batch({ 'a/c_invoice': 'ok', 'b/c_invoice': refusal });
    past.batch({ 'a/c_invoice': 'ok' });
    expect(openOf(past)).toEqual([table('b/c_invoice')]);
  });

  test('ends with its own next success, in any batch or without one', () => {
    const past = world();
    past.batch({ 'b/c_invoice': refusal, 'b/c_order': refusal });
    past.batch({ 'b/c_order': 'ok' }, { tables: ['c_order'] });
    expect(openOf(past)).toEqual([table('b/c_invoice')]);
    past.clock.pass(60);
    past.journal.logEvent('table_completed', { connection: 'b', table: 'c_invoice' });
    expect(openOf(past)).toEqual([]);
  });

  test('is not forgotten after any number of newer batches that failed for another branch', () => {
    const past = world();
    past.batch({ 'b/c_invoice': refusal });
    for (let i = 0; i < 30; i++) past.batch({ 'a/c_invoice': refusal });
    expect(openOf(past)).toEqual([table('a/c_invoice'), table('b/c_invoice')]);
    past.batch({ 'a/c_invoice': 'ok' });
    expect(openOf(past)).toEqual([table('b/c_invoice')]);
    past.batch({ 'b/c_invoice': 'ok' });
    expect(openOf(past)).toEqual([]);
  });

  test('counts once, in the newest batch that left it (A19)', () => {
    const past = world();
    const first = past.batch({ 'a/c_invoice': refusal, 'a/c_order': refusal });
    const second = past.batch({ 'a/c_invoice': refusal, 'b/c_invoice': refusal }, { tables: ['c_invoice'] });
    expect(standingOf(past.journal.reader, settings, past.clock.now()).attention).toMatchObject([
      { batch: { batch_id: second }, failed: [table('a/c_invoice'), table('b/c_invoice')] },
      { batch: { batch_id: first }, failed: [table('a/c_order')] },
    ]);
  });

  test('does not count once its connection is disabled or its table is not selected any more', () => {
    const past = world();
    past.batch({ 'a/c_invoice': refusal, 'b/c_invoice': refusal, 'b/t_log': refusal });
    expect(openOf(past, settingsWith('a', { id: 'b', enabled: false }))).toEqual([table('a/c_invoice')]);
    expect(openOf(past, settingsWith('a', { id: 'b', exclude: ['t_*'] }))).toEqual([
      table('a/c_invoice'),
      table('b/c_invoice'),
    ]);
    expect(openOf(past, settingsWith('a', { id: 'b', tables: ['CInvoice'] }))).toHaveLength(2);
    expect(openOf(past, settingsWith('b'))).toHaveLength(2);
  });

  test('ends if the table was renamed or dropped at the branch', () => {
    const past = world();
    past.batch({ 'a/c_invoice': refusal, 'a/c_order': refusal });
    past.batch({ 'a/c_invoice_old': 'ok', 'a/c_order': 'gone' });
    expect(openOf(past)).toEqual([]);
    expect(upToOf(past.journal.reader, settingsWith('a'))).not.toBeNull();
  });

  test('does not end if a later batch was asked for other tables only', () => {
    const past = world();
    past.batch({ 'a/c_invoice': refusal });
    past.batch({ 'a/c_order': 'ok' }, { tables: ['c_order'] });
    expect(openOf(past)).toEqual([table('a/c_invoice')]);
  });
});

test('in one batch, what needs a person is separate from what is retried automatically (A20)', () => {
  const { journal, clock, batch } = world();
  const accept: FailureDetail = { ...refusal, code: 'source_identity_changed' };
  batch({ 'a/c_invoice': accept, 'b/c_invoice': UNREACHABLE, 'b/c_order': UNREACHABLE });
  expect(standingOf(journal.reader, settingsWith('a', 'b'), clock.now()).attention).toMatchObject([
    {
      failed: [table('a/c_invoice')],
      retrying: [table('b/c_invoice'), table('b/c_order')],
      openTables: 3,
      resumesAlone: false,
    },
  ]);
});

test('a batch interrupted by a crash is resumed; one that a person stopped is not', () => {
  const { journal, clock, batch } = world();
  const settings = settingsWith('a');
  batch({ 'a/c_invoice': null, 'a/c_order': UNREACHABLE }, { stopped: 'crash' });
  expect(standingOf(journal.reader, settings, clock.now()).attention).toMatchObject([
    { failed: [], retrying: [table('a/c_order')], openTables: 2, resumesAlone: true },
  ]);
  batch({ 'a/c_invoice': null, 'a/c_order': UNREACHABLE }, { stopped: 'user' });
  expect(standingOf(journal.reader, settings, clock.now()).attention).toMatchObject([
    { failed: [table('a/c_order')], openTables: 2, resumesAlone: false },
  ]);
});

describe('a table that a verify found to differ (A10)', () => {
  const settings = settingsWith('a');
  const rowOf = (clock: ReturnType<typeof handClock>, over: Partial<VerifyRow>): VerifyRow => ({
    ...failedRow('a', 'c_invoice', clock, refusal),
    failure: null,
    ...over,
  });

  test('counts since it was first found, until a verify proves it equal', () => {
    const { journal, clock } = world();
    const verify = (over: Partial<VerifyRow>): void => {
      clock.pass(7 * 24 * 3600);
      journal.recordVerification(rowOf(clock, over));
    };
    const since = (): string | undefined =>
      standingOf(journal.reader, settings, clock.now()).differing[0]?.since;
    verify({ result: VerifyResult.Equal });
    expect(since()).toBeUndefined();
    verify({ result: VerifyResult.Differs });
    const first = clock.now().toISOString();
    expect(since()).toBe(first);
    verify({ result: VerifyResult.Differs });
    verify({ result: VerifyResult.Failed, failure: UNREACHABLE });
    // It does not say that what differed before is mended.
    verify({ result: VerifyResult.Behind, missing_rows: 2, different_rows: 1, extra_rows: 0, newer_rows: 2 });
    verify({ result: VerifyResult.Behind });
    expect(since()).toBe(first);
    verify({ result: VerifyResult.Repaired });
    expect(since()).toBeUndefined();
  });

  test.each<readonly [string, Partial<VerifyRow>]>([
    [
      'all that differs is newer than the last sync',
      { result: VerifyResult.Behind, missing_rows: 2, different_rows: 1, extra_rows: 0, newer_rows: 3 },
    ],
    ['the branch no longer has it', { result: VerifyResult.NotCompared, reason: 'source_table_missing' }],
  ])('does not count where %s', (_, over) => {
    const { journal, clock } = world();
    journal.recordVerification(rowOf(clock, { result: VerifyResult.Differs }));
    journal.recordVerification(rowOf(clock, over));
    expect(standingOf(journal.reader, settings, clock.now()).differing).toEqual([]);
  });

  test('does not count after a pass that read all rows, nor if nobody copies it', () => {
    const { journal, clock } = world();
    journal.recordVerification(rowOf(clock, { result: VerifyResult.Differs }));
    expect(
      standingOf(journal.reader, settingsWith({ id: 'a', exclude: ['c_*'] }), clock.now()).differing,
    ).toEqual([]);
    expect(standingOf(journal.reader, settings, clock.now()).differing).toHaveLength(1);
    journal.provedByPass('a', 'c_invoice', 'compare');
    expect(standingOf(journal.reader, settings, clock.now()).differing).toEqual([]);
    expect(journal.verifications('a')).toMatchObject([{ result: 'differs', differs_since: null }]);
  });

  test('says why it could not be repaired', () => {
    const { journal, clock } = world();
    journal.recordVerification(rowOf(clock, { result: VerifyResult.Differs }));
    const failure: FailureDetail = { ...refusal, code: 'too_many_deletes', params: { deletes: 5, rows: 9 } };
    journal.recordVerification(rowOf(clock, { result: VerifyResult.Failed, failure }));
    expect(standingOf(journal.reader, settings, clock.now()).differing).toMatchObject([
      { table: 'c_invoice', failure },
    ]);
  });
});

test('an empty journal says that nothing was copied', () => {
  const { journal, clock } = world();
  const settings = settingsWith('a');
  expect(upToOf(journal.reader, settings)).toBeNull();
  expect(standingOf(journal.reader, settings, clock.now())).toEqual({
    ...NO_STANDING,
    neverCopied: ['a'],
    connections: 1,
  });
});
