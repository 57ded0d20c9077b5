import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { installation } from '../../src/core/settings/installation.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { seededRows } from '../../src/demo/erp/seed.ts';
import { tablesToVerify } from '../../src/service/unattended.ts';
import { NoticeCode } from '../../src/shared/notices.ts';
import { BatchStatus } from '../../src/shared/status.ts';
import { runCli } from '../cli/run.ts';
import { journalIn } from '../core/journal/support/world.ts';
import { atCentral } from '../support/branch.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, type Home, listen, makeHome } from '../support/home.ts';
import { startRunner } from '../support/runner.ts';
import { differencesOfFew, FEW, LINES } from './support/few.ts';
import { illegalMoves } from './support/legalMoves.ts';

const SCALE = 0.3;
const GARBAGE = Buffer.alloc(64 * 1024, 'no database ');

test.each([
  ['deleted', 'en', (file: string) => rmSync(file)],
  ['deleted with all that belongs to it', 'en', deleteAll],
  ['overwritten with garbage', 'id', overwriteAll],
] as const)(
  'a journal %s in the middle of a batch costs history alone (%s)',
  async (_name, language, lose) => {
    await using pair = await freshDatabases({ scale: SCALE });
    using home = makeHome(pair, { sync: { chunkRows: 250 }, connection: { tables: FEW } });
    const lost = await killedInside(home);
    const { id } = installation(home.folder);

    lose(join(home.folder, 'journal.db'));
    const told = await runCli(['--data-dir', home.folder, '--language', language, 'sync-all']);

    expect(told.code).toBe(0);
    const asides = readdirSync(home.folder).filter((name) => /^journal\.corrupt-.*\.db$/.test(name));
    if (language === 'id') {
      expect(asides).toHaveLength(1);
      expect(readFileSync(join(home.folder, asides[0] ?? ''))).toEqual(GARBAGE);
      expect(told.stderr).toContain(`Catatan lokal rusak dan disisihkan sebagai ${asides[0]}`);
      expect(told.stdout).toContain(`catatan lokal pengiriman sebelumnya hilang (yang terakhir ${lost})`);
    } else {
      expect(asides).toEqual([]);
      expect(told.stdout).toContain(`the local records of earlier batches are gone (the last was ${lost})`);
      expect(told.stdout).toContain('no row is lost, and the ');
    }
    expect(installation(home.folder).id).toBe(id);

    await using engine = home.open();
    const [batch, ...others] = engine.batches(10);
    expect(others).toEqual([]);
    if (batch === undefined) throw new Error('there is a new batch');
    expect(batch.batch_id).not.toBe(lost);
    expect(batch.status).toBe(BatchStatus.Completed);
    const log = engine.log({ batchId: batch.batch_id });
    expect(illegalMoves(log)).toEqual([]);
    expect(log.find((line) => line.event === 'records_lost')?.detail).toMatchObject({ last_batch: lost });
    // Each row went once: those before the place where it went on, and those behind it.
    const at = Number(
      log.find((line) => line.event === 'table_goes_on' && line.table_name === LINES)?.detail.at_row,
    );
    expect(at).toBeGreaterThan(0);
    const row = engine.batch(batch.batch_id).tables.find((one) => one.table_name === LINES);
    expect((row?.records_processed ?? 0) + at).toBe(new Map(seededRows(SCALE)).get(LINES));
    expect(row?.records_skipped).toBe(0);
    expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);

    const events = listen(engine);
    await engine.syncAll({ trigger: 'cli' });
    expect(events.filter((event) => event.type === 'records_lost')).toEqual([]);
  },
);

test('the journal lost between two batches is told once, and nothing is copied anew', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { connection: { tables: FEW } });
  const first = await batchOf(home);
  deleteAll(join(home.folder, 'journal.db'));
  await using engine = home.open();
  const events = listen(engine);
  const { batch_id } = await engine.syncAll({ trigger: 'cli' });
  expect(events.filter((event) => event.type === 'records_lost')).toEqual([
    { type: 'records_lost', connection: CONNECTION, batchId: first, unfinished: 0 },
  ]);
  const lines = engine.batch(batch_id).tables.find((one) => one.table_name === LINES);
  expect(lines).toMatchObject({ strategy: 'changes', records_processed: 0, bytes: 0 });
});

test('a difference that was known is not forgotten with the journal: comparing is due, and told until it is done', async () => {
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { connection: { tables: FEW } });
  await batchOf(home);
  await atCentral(
    pair,
    `UPDATE ${LINES} SET description = 'head office' WHERE ctid = (SELECT min(ctid) FROM ${LINES})`,
  );
  deleteAll(join(home.folder, 'journal.db'));
  await using engine = home.open();
  const events = listen(engine);
  const told = (): number =>
    events.splice(0).filter((one) => one.type === 'notice' && one.notice.code === NoticeCode.CompareDue)
      .length;
  const due = (): readonly string[] => {
    const journal = journalIn(home.folder);
    return tablesToVerify(journal.reader, loadSettings(home.folder), new Date()).flatMap((one) => one.tables);
  };

  await engine.syncAll({ trigger: 'cli' });
  expect(told()).toBe(1);
  expect(engine.standing().compareDue).toEqual([CONNECTION]);
  const status = await runCli(['sync-status', '--data-dir', home.folder]);
  expect(status.stdout).toContain(`verify --connection ${CONNECTION}`);
  expect(status.stdout).not.toContain('All tables are up to date');
  expect(due().toSorted()).toEqual(FEW.toSorted());
  await engine.syncAll({ trigger: 'cli' });
  expect(told()).toBe(1);

  await engine.verify({ trigger: 'cli' });
  expect(engine.standing().differing.map((one) => one.table)).toEqual([LINES]);
  expect(due()).toEqual([]);
  expect(engine.standing().compareDue).toEqual([]);
  await engine.syncAll({ trigger: 'cli' });
  expect(told()).toBe(0);
});

/** @returns the batch that a kill has cut off inside {@link LINES} */
async function killedInside(home: Home): Promise<string> {
  const runner = await startRunner(home.folder);
  const { batch } = await runner.event('batch_started');
  await runner.event('table_progress', (event) => event.table === LINES && event.processed >= 1000);
  await runner.kill();
  expect(statSync(join(home.folder, 'journal.db')).size).toBeGreaterThan(0);
  return batch.batch_id;
}

async function batchOf(home: Home): Promise<string> {
  await using engine = home.open();
  return (await engine.syncAll({ trigger: 'cli' })).batch_id;
}

function deleteAll(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

/** With its `-wal`, out of which SQLite mends the file otherwise: a journal this young is whole in there. */
function overwriteAll(file: string): void {
  for (const suffix of ['', '-wal']) writeFileSync(file + suffix, GARBAGE);
}
