import { expect, test } from 'vitest';
import { BatchStatus, InterruptionReason, TableStatus } from '../../src/shared/status.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { atBranch } from '../support/branch.ts';
import { type DatabasePair, freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { type FaultProxy, startProxy } from '../support/proxy.ts';
import { after, changeSettings, HOUR_MS, type Watched, watchService, withJournal } from './support.ts';

/** Several chunks, so that there is a middle to stop in. */
const LINES = 'c_invoiceline';
const TABLES = [LINES, 'c_bpartner', 'c_order'];
const SCALE = 0.05;
const ONE_AT_A_TIME = { connection: { tables: TABLES }, sync: { chunkRows: 100, parallelTables: 1 } };

const tablesOf = ({ service }: Watched, batchId: string) =>
  new Map(service.engine?.batch(batchId).tables.map((row) => [row.table_name, row]));

/** A batch that a shutdown stops in the middle of {@link LINES}; its service has ended. */
async function stoppedHalfWay(folder: string): Promise<string> {
  const first = watchService(folder);
  const run = first.service.runNow();
  await first.event('table_progress', (one) => one.table === LINES && one.processed >= 300);
  await first.service.stop();
  const batch = await run;
  expect(batch).toMatchObject({
    status: BatchStatus.Interrupted,
    interruption_reason: InterruptionReason.Shutdown,
  });
  return batch.batch_id;
}

test('after a shutdown the next service continues under the same id, at the row where it stopped', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { ...ONE_AT_A_TIME, connection: { tables: ['c_bpartner', LINES] } });
  const batchId = await stoppedHalfWay(home.folder);
  const next = watchService(home.folder);
  const ended = await next.event('batch_ended');

  expect(ended.batch).toMatchObject({ batch_id: batchId, status: BatchStatus.Completed, resume_count: 1 });
  const resumed = await next.event('table_resumed', (one) => one.table === LINES);
  expect(resumed.atRow).toBeGreaterThanOrEqual(300);
  const log = next.service.engine?.log({ batchId }) ?? [];
  expect(log.find((line) => line.event === 'table_goes_on')).toMatchObject({
    table_name: LINES,
    detail: { at_row: resumed.atRow },
  });
  const say = (language: 'en' | 'id'): string =>
    createTranslator(language)('cli.progress.tableResumed', { table: LINES, row: resumed.atRow });
  expect(say('en')).toBe(`c_invoiceline resumed at row ${resumed.atRow}; nothing lost`);
  expect(say('id')).toBe(`c_invoiceline dilanjutkan dari baris ${resumed.atRow}; tidak ada yang hilang`);
});

test('tables that were completed before the shutdown are not run again', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, ONE_AT_A_TIME);
  const first = watchService(home.folder);
  const run = first.service.runNow();
  await first.event('table_ended', (one) => one.table === LINES);
  await first.service.stop();
  const { batch_id } = await run;

  const second = watchService(home.folder);
  await second.event('batch_ended', (one) => one.batch.status === BatchStatus.Completed);
  const started = second.events.flatMap((one) => (one.type === 'table_started' ? [one.table] : []));
  expect(started).not.toContain(LINES);
  expect(started.length).toBeGreaterThan(0);
  expect(tablesOf(second, batch_id).size).toBe(TABLES.length);
});

/** Two databases behind links of their own, given up quickly. */
async function proxied(
  pair: DatabasePair,
): Promise<AsyncDisposable & Record<'source' | 'central', FaultProxy>> {
  const [source, central] = await Promise.all([startProxy(pair.source), startProxy(pair.central)]);
  return {
    source,
    central,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([source[Symbol.asyncDispose](), central[Symbol.asyncDispose]()]);
    },
  };
}

test('it waits for the branch, then for central, says for which, and does not count this as an attempt', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using links = await proxied(pair);
  const quick = { connectTimeoutSeconds: 1 };
  using home = makeHome(pair, {
    connection: { tables: TABLES, port: links.source.port, ...quick },
    central: { port: links.central.port, ...quick },
    sync: { chunkRows: 100 },
  });
  const batchId = await stoppedHalfWay(home.folder);
  links.source.freeze();

  const waiting = watchService(home.folder);
  const forBranch = await waiting.status((one) => one.activity.kind === 'waiting_database');
  expect(forBranch.activity).toMatchObject({
    connection: CONNECTION,
    failure: { code: 'source_unreachable' },
  });
  expect(forBranch.attention).toMatchObject([{ batch: { batch_id: batchId }, resumesAlone: true }]);

  links.source.thaw();
  links.central.freeze();
  waiting.wakeAt(after(waiting.clock, 10_000));
  await waiting.status(
    ({ activity }) => activity.kind === 'waiting_database' && activity.connection === null,
  );
  expect(withJournal(home.folder, (journal) => journal.autoResume(batchId))).toBeNull();

  links.central.thaw();
  waiting.wakeAt(after(waiting.clock, 10_000));
  const { batch } = await waiting.event('batch_ended');
  expect(batch).toMatchObject({ batch_id: batchId, status: BatchStatus.Completed, resume_count: 1 });
  expect(await waiting.status((one) => one.activity.kind === 'idle')).toMatchObject({ attention: [] });
});

test('a person does not wait for the time-out of a database that the service checks', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using links = await proxied(pair);
  using home = makeHome(pair, {
    connection: { tables: TABLES, port: links.source.port },
    sync: { chunkRows: 100 },
  });
  await stoppedHalfWay(home.folder);
  const startup = links.source.trap({ from: 'client', type: 'startup' }, 'freeze');
  const { service } = watchService(home.folder);
  await startup;
  const begun = performance.now();
  await service.stop();
  // The sign-in alone would take fifteen seconds.
  expect(performance.now() - begun).toBeLessThan(5000);
});

test('only transient failures are retried, and given up once without progress', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  await using source = await startProxy(pair.source);
  await atBranch(pair, `REVOKE SELECT ON c_bpartner FROM ${pair.source.user}`);
  using home = makeHome(pair, {
    connection: { tables: TABLES, port: source.port },
    sync: { chunkRows: 100_000, parallelTables: 1 },
  });
  changeSettings(home.folder, { resume: { maxAttempts: 2 } });
  const once = { retry: { transient: 0, unreachable: 0 } };
  /** The lines do not get through, the next time. */
  const spoil = (): Promise<void> =>
    source.trap({ from: 'server', type: 'd', during: /^COPY.*c_invoiceline/s }, 'cut');
  const watched = watchService(home.folder, once);

  // Once when small tables are read together, and once in the table's own turn.
  void spoil().then(spoil);
  const { batch_id: batchId } = await watched.service.runNow();
  const first = tablesOf(watched, batchId);
  expect([...first.values()].map((row) => [row.table_name, row.status, row.error_detail?.kind])).toEqual(
    expect.arrayContaining([
      [LINES, TableStatus.Failed, 'transient'],
      ['c_bpartner', TableStatus.Failed, 'permanent'],
      ['c_order', TableStatus.Completed, undefined],
    ]),
  );
  expect(watched.service.status().attention).toMatchObject([
    {
      failed: [{ connection: CONNECTION, table: 'c_bpartner' }],
      retrying: [{ connection: CONNECTION, table: LINES }],
      resumesAlone: false,
    },
  ]);

  for (const resumeCount of [1, 2]) {
    await watched.quiet();
    void spoil();
    const ended = watched.next('batch_ended');
    watched.wakeAt(after(watched.clock, 31_000));
    expect((await ended).batch).toMatchObject({
      batch_id: batchId,
      status: BatchStatus.Failed,
      resume_count: resumeCount,
    });
  }
  await watched.event('gave_up', (one) => one.batchId === batchId && one.attempts === 2);
  watched.wakeAt(after(watched.clock, HOUR_MS));
  await watched.quiet();
  expect(watched.count('gave_up')).toBe(1);
  expect(watched.service.status().attention).toMatchObject([{ resumesAlone: false }]);
  // What failed for good was left alone.
  expect(tablesOf(watched, batchId).get('c_bpartner')).toEqual(first.get('c_bpartner'));
  await watched.service.stop();

  const later = watchService(home.folder, once);
  await later.quiet();
  expect(later.count('gave_up')).toBe(0);
  expect(later.count('batch_resumed')).toBe(0);
  await atBranch(pair, `GRANT SELECT ON c_bpartner TO ${pair.source.user}`);
  expect(await later.service.resumeNow(batchId)).toMatchObject({ batch: { status: BatchStatus.Completed } });
});

test('what a person stopped is left alone, and superseded once a later batch has completed it', async () => {
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, ONE_AT_A_TIME);
  const watched = watchService(home.folder);
  const run = watched.service.runNow();
  await watched.event('table_progress', (one) => one.processed >= 100);
  watched.service.stopRun();
  const stopped = await run;
  expect(stopped.interruption_reason).toBe(InterruptionReason.User);
  await watched.quiet();
  await watched.service.stop();

  const later = watchService(home.folder);
  await later.quiet();
  expect(later.count('batch_resumed')).toBe(0);
  expect(later.service.status().attention).toMatchObject([
    { batch: { batch_id: stopped.batch_id }, resumesAlone: false },
  ]);

  await later.service.runNow();
  await later.quiet();
  expect(later.service.engine?.batch(stopped.batch_id).batch.interruption_reason).toBe(
    InterruptionReason.Superseded,
  );
  expect(later.service.status().attention).toEqual([]);
  expect(later.count('batch_resumed')).toBe(0);
});

test('a batch that died between its last table and its end is completed, even if no database answers', async () => {
  await using pair = await freshDatabases({});
  // Nothing listens there.
  using home = makeHome(pair, { connection: { port: 1 }, central: { port: 1 } });
  const batchId = withJournal(home.folder, (journal) => {
    const table = { connection: CONNECTION, table: 'c_order' };
    const { batch_id } = journal.beginBatch({
      trigger: 'cli',
      options: { connections: [CONNECTION], tables: [], strategy: null, allowDeletes: false },
      tables: [{ ...table, model: 'COrder', estimatedRows: null, strategy: null }],
    });
    const ref = { batchId: batch_id, ...table };
    journal.startTable(ref, { strategy: null, estimatedRows: null });
    journal.completeTable(ref, { processed: 1, skipped: 0, deleted: 0, bytes: 1 });
    return batch_id;
  });
  const { event } = watchService(home.folder);
  expect((await event('batch_ended')).batch).toMatchObject({
    batch_id: batchId,
    status: BatchStatus.Completed,
    completed_tables: 1,
  });
});
