import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BatchStatus, InterruptionReason, TableStatus } from '../../src/shared/status.ts';
import { runCli } from '../cli/run.ts';
import { freshDatabases } from '../support/databases.ts';
import { CONNECTION, makeHome } from '../support/home.ts';
import { smallDisk } from '../support/smallDisk.ts';
import { counted, eachRowOnce } from './support/counts.ts';
import { differencesOfFew, FEW } from './support/few.ts';
import { illegalMoves } from './support/legalMoves.ts';

const SCALE = 0.3;

test('the local disk full in the middle of a batch is told; with room again the batch goes on', async ({
  skip,
}) => {
  const made = smallDisk(8);
  if (typeof made === 'string') return skip(made);
  using disk = made;
  await using pair = await freshDatabases({ scale: SCALE });
  using home = makeHome(pair, { under: disk.folder, sync: { chunkRows: 100 }, connection: { tables: FEW } });
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);
  await branchline('sync-status');
  // Room for the batch's plan and some of its chunks, each of which is a line of the journal.
  disk.fillUpTo(400_000);

  const full = await branchline('sync-all');
  expect(full.code).toBe(1);
  expect(full.stderr).toContain(
    'The disk of this computer is full, so what was synced could not be recorded',
  );
  expect(full.stderr).toContain('Make room on this disk, then resume the batch.');
  expect(full.stderr).not.toContain('    at ');
  // Nothing fits: not even who is at work.
  disk.fillUpTo(0);
  const again = await branchline('--language', 'id', 'sync-all');
  expect(again.code).not.toBe(0);
  expect(again.stderr).toContain('Disk komputer ini penuh');
  expect(again.stderr).toContain('Kosongkan ruang di disk ini');

  disk.makeRoom();
  await using engine = home.open();
  const cutOff = engine.latestBatch();
  expect(cutOff?.batch).toMatchObject({
    status: BatchStatus.Interrupted,
    interruption_reason: InterruptionReason.Crash,
  });
  expect(cutOff?.tables.map((one) => one.status)).not.toContain(TableStatus.Failed);
  expect(cutOff?.tables.some((one) => one.records_processed > 0)).toBe(true);
  const batchId = cutOff?.batch.batch_id ?? '';
  const resumed = await branchline('sync-all', '--resume', batchId);
  expect(resumed.code).toBe(0);
  // Which table the full disk met, and whether in its midst, is chance; the counts below say that nothing was lost.
  expect(resumed.stdout).toContain(`Batch ${batchId} resumed`);
  expect(counted(engine.batch(batchId).tables)).toEqual(eachRowOnce(SCALE, FEW));
  expect(illegalMoves(engine.log({ batchId }))).toEqual([]);
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
  expect(readdirSync(home.folder).filter((name) => name.includes('corrupt'))).toEqual([]);
});

test('a data folder that is read-only is told, and nothing is run', async ({ skip }) => {
  const made = smallDisk(8);
  if (typeof made === 'string') return skip(made);
  using disk = made;
  await using pair = await freshDatabases({ scale: 0.05 });
  using home = makeHome(pair, { under: disk.folder, connection: { tables: FEW } });
  const branchline = (...args: readonly string[]) => runCli(['--data-dir', home.folder, ...args]);
  const telling = (text: string) => ({ code: 2, stdout: '', stderr: expect.stringContaining(text) });

  disk.setReadOnly(true);
  const fresh = `The data folder ${home.folder} cannot be written to: EROFS.`;
  expect(await branchline('sync-all')).toEqual(telling(fresh));
  disk.setReadOnly(false);
  expect((await branchline('sync-all')).code).toBe(0);

  disk.setReadOnly(true);
  const used = `Folder data ${home.folder} tidak bisa ditulisi: EROFS.`;
  expect(await branchline('--language', 'id', 'sync-all')).toEqual(telling(used));
  expect(await branchline('connection', 'add', '--id', 'b', '--url', 'postgres://u@h/d')).toEqual(
    telling(fresh),
  );
  disk.setReadOnly(false);
  expect((await branchline('sync-status')).stdout).toContain('All tables are up to date.');
});
