import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryAcquireLease } from '../../src/core/journal/lease.ts';
import { openJournal, openJournalToRead } from '../../src/core/journal/openJournal.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { saveSettings } from '../../src/core/settings/change.ts';
import { installationId } from '../../src/core/settings/installation.ts';
import { takeServiceLock } from '../../src/service/serviceLock.ts';
import { FailureCode, SyncFailure, UsageCode, UsageError } from '../../src/shared/errors.ts';
import { runCli } from '../cli/run.ts';
import { type SmallDisk, smallDisk } from '../support/smallDisk.ts';

const ports = systemPorts({ log: () => {} });
const KB = 1024;
const FREE_KB = [0, 4, 8, 12, 16, 24, 32, 36, 48, 64, 96, 128, 192, 256] as const;
const endpoint = { host: '127.0.0.1', port: 1, database: 'x', user: 'y' } as const;

/** What goes on before rows are sent and while they are, each of which needs room. */
const STEPS: Readonly<Record<string, (folder: string) => void>> = {
  open: (folder) => openJournal(folder, ports).journal.close(),
  look: (folder) => openJournalToRead(folder, ports).close(),
  lease: (folder) => tryAcquireLease(folder)?.release(),
  service: (folder) => takeServiceLock(folder).release(),
  installation: (folder) => void installationId(folder),
  settings: (folder) => void saveSettings(folder, { central: endpoint, connections: [] }),
  batch: (folder) => {
    const { journal } = openJournal(folder, ports);
    try {
      const tables = Array.from({ length: 760 }, (_, index) => ({
        connection: 'a',
        table: `table_${index}`,
        model: '',
        estimatedRows: 1,
        strategy: null,
      }));
      const options = { connections: ['a'], tables: [], strategy: null, allowDeletes: false };
      const { batch_id: id } = journal.beginBatch({ trigger: 'cli', options, tables });
      for (const { table } of tables.slice(0, 40)) {
        const ref = { batchId: id, connection: 'a', table };
        journal.startTable(ref, { strategy: 'full', estimatedRows: 1 });
        journal.completeTable(ref, { processed: 1, skipped: 0, deleted: 0, bytes: 1 });
      }
      journal.interruptBatch(id, 'user');
    } finally {
      journal.close();
    }
  },
};

/** What a step ends in, by its code; `done` where there was room. */
function outcome(step: () => void): string {
  try {
    step();
    return 'done';
  } catch (error) {
    if (error instanceof UsageError) return `${error.code} ${error.params.reason ?? ''}`.trim();
    if (error instanceof SyncFailure) return error.detail.code;
    throw error;
  }
}

test.for(['a new folder', 'a used folder'])(
  '%s on a disk with 0 to 256 kB free works, or says that the disk is full (D5)',
  (state, { skip }) => {
    const made = smallDisk(8);
    if (typeof made === 'string') return skip(made);
    using disk = made;
    const allowed = new Set<string>(['done', UsageCode.DataFolderFull, FailureCode.LocalDiskFull]);
    const wrong: string[] = [];
    let full = 0;
    for (const freeKb of FREE_KB) {
      for (const [name, step] of Object.entries(STEPS)) {
        const folder = `${disk.folder}/${name}-${freeKb}`;
        if (state === 'a used folder') {
          disk.makeRoom();
          for (const each of ['open', 'lease', 'service', 'installation', 'settings']) STEPS[each]?.(folder);
        }
        disk.fillUpTo(freeKb * KB);
        const found = outcome(() => step(folder));
        if (found !== 'done') full += 1;
        if (!allowed.has(found)) wrong.push(`${name} at ${freeKb} kB: ${found}`);
      }
      removeAll(disk);
    }
    expect(wrong).toEqual([]);
    expect(full).toBeGreaterThan(10);
  },
);

test('the command line says the sentence at 8, 16 and 32 kB (D5)', async ({ skip }) => {
  const made = smallDisk(4);
  if (typeof made === 'string') return skip(made);
  using disk = made;
  const folder = `${disk.folder}/home`;
  saveSettings(folder, { central: endpoint, connections: [{ ...endpoint, id: 'a' }] });
  for (const freeKb of [8, 16, 32]) {
    disk.fillUpTo(freeKb * KB);
    const { code, stderr } = await runCli(['--data-dir', folder, 'sync-all']);
    expect(stderr).toContain(`The disk of this computer is full: nothing can be written in ${folder}.`);
    expect(stderr).not.toContain('SQLITE');
    expect(code).toBe(2);
  }
});

function removeAll(disk: SmallDisk): void {
  disk.makeRoom();
  for (const name of readdirSync(disk.folder))
    rmSync(join(disk.folder, name), { recursive: true, force: true });
}
