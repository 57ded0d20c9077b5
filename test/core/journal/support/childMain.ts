import { setTimeout as sleep } from 'node:timers/promises';
import { type Lease, tryAcquireLease } from '../../../../src/core/journal/lease.ts';
import { openJournal } from '../../../../src/core/journal/openJournal.ts';
import type { Ports } from '../../../../src/core/ports.ts';
import type { Answer, Request } from './child.ts';
import { race } from './race.ts';

const ports: Ports = {
  clock: {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep: (ms) => sleep(ms),
  },
  random: Math.random,
  logger: { log: () => {} },
};

let lease: Lease | null = null;

process.on('message', async (request: Request) => {
  try {
    reply({ ok: true, value: await answer(request) });
  } catch (error) {
    reply({ ok: false, error: String(error) });
  }
});
reply({ ok: true, value: 'ready' });

function answer(request: Request): unknown {
  switch (request.do) {
    case 'open': {
      const { journal } = openJournal(request.folder, ports);
      journal.logEvent('opened', { detail: { pid: process.pid } });
      journal.close();
      return null;
    }
    case 'write':
      setImmediate(() => writeForever(request.folder));
      return 'writing';
    case 'prune': {
      const limits = { days: 30, batches: 500, now: new Date('2025-11-08'), dryRun: false };
      setImmediate(() => openJournal(request.folder, ports).journal.prune(limits));
      return 'pruning';
    }
    case 'race':
      return race(request);
    case 'acquire': {
      // Both contenders strike in the same millisecond.
      while (request.at !== undefined && Date.now() < request.at);
      lease = tryAcquireLease(request.folder);
      return lease !== null;
    }
    case 'release':
      lease?.release();
      lease = null;
      return null;
  }
}

/** Batches of three tables, as fast as the disk takes them, until somebody kills this process. */
function writeForever(folder: string): never {
  const { journal } = openJournal(folder, ports);
  for (;;) {
    const batch = journal.beginBatch({
      trigger: 'cli',
      options: { connections: ['one'], tables: [], strategy: null, allowDeletes: false },
      tables: ['a', 'b', 'c'].map((table) => ({
        connection: 'one',
        table,
        model: table,
        estimatedRows: null,
        strategy: null,
      })),
    });
    for (const table of ['a', 'b', 'c']) {
      const ref = { batchId: batch.batch_id, connection: 'one', table };
      journal.startTable(ref, { strategy: 'full', estimatedRows: 10 });
      for (let chunk = 1; chunk <= 5; chunk += 1) {
        const sums = { processed: chunk, skipped: 0, deleted: 0, bytes: chunk };
        journal.progressTable(ref, { ...sums, checkpoint: `["${chunk}"]`, sourceSnapshotAt: null });
      }
      journal.completeTable(ref);
    }
    journal.endBatch(batch.batch_id);
  }
}

function reply(message: Answer): void {
  process.send?.(message);
}
