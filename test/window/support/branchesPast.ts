import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJournal } from '../../../src/core/journal/openJournal.ts';
import type { FailureDetail } from '../../../src/shared/errors.ts';
import { modelName } from '../../../src/shared/naming.ts';
import { handClock } from '../../core/journal/support/world.ts';

const NAMES = [
  ...['Lampung', 'Palembang', 'Bandung', 'Semarang', 'Surabaya', 'Denpasar', 'Mataram', 'Kupang', 'Makassar'],
  ...['Manado', 'Palu', 'Kendari', 'Ambon', 'Ternate', 'Jayapura', 'Pontianak', 'Banjarmasin', 'Samarinda'],
];
const TABLES = ['c_invoice', 'c_invoiceline', 'c_order', 'm_storageonhand'];
const HOUR = 3_600_000;

const FORBIDDEN: FailureDetail = {
  code: 'source_permission',
  kind: 'permanent',
  message: 'permission denied for table c_invoice',
  sqlstate: '42501',
  params: { user: 'branchline_read', sql: 'GRANT SELECT ON "adempiere"."c_invoice" TO "branchline_read";' },
};

/**
 * Adds connections to a folder's settings and lets all of them have run every few hours for two days. The second has a
 * table that failed in the last run; the third was not in the last runs, so that its data is old.
 *
 * @returns their ids
 */
export function manyBranches(folder: string, count: number, now = new Date()): readonly string[] {
  const file = join(folder, 'settings.json');
  const settings = JSON.parse(readFileSync(file, 'utf8'));
  const [first] = settings.connections;
  const ids = Array.from({ length: count }, (_, at) => (at === 0 ? first.id : `branch_${at + 1}`));
  const connections = ids.map((id, at) => ({ ...first, id, label: nameOf(at), tables: ['*'] }));
  writeFileSync(file, JSON.stringify({ ...settings, connections }));

  const clock = handClock(now.toISOString());
  const { journal } = openJournal(folder, { clock, random: () => 0.5, logger: { log: () => undefined } });
  for (let ago = 48; ago >= 0; ago -= 4) {
    clock.set(new Date(now.getTime() - ago * HOUR - 10 * 60_000).toISOString());
    const of = ids.filter((_, at) => at !== 2 || ago > 30);
    const { batch_id: batchId } = journal.beginBatch({
      trigger: 'schedule',
      options: { connections: of, tables: [], strategy: null, allowDeletes: false },
      tables: of.flatMap((connection) =>
        TABLES.map((table) => ({
          connection,
          table,
          model: modelName(table),
          estimatedRows: 5000,
          strategy: null,
        })),
      ),
    });
    for (const [at, connection] of of.entries())
      for (const [place, table] of TABLES.entries()) {
        const ref = { batchId, connection, table };
        const snapshotAt = clock.now().toISOString();
        journal.startTable(ref, { strategy: 'changes', estimatedRows: 5000 });
        clock.pass(1);
        if (at === 1 && place === 0 && ago === 0) {
          journal.failTable(ref, { ...FORBIDDEN, params: { ...FORBIDDEN.params, table } });
          continue;
        }
        const counts = {
          processed: (ago * 7 + at * 13 + place) % 90,
          skipped: 4000,
          deleted: 0,
          bytes: 90_000,
        };
        journal.progressTable(ref, { ...counts, checkpoint: null, sourceSnapshotAt: snapshotAt });
        journal.completeTable(ref, counts);
      }
    const traffic = { sent: 240_000, received: 60_000, sentPlain: 240_000, receivedPlain: 60_000 };
    journal.addTraffic({ batchId, total: traffic, table: null });
    journal.endBatch(batchId);
  }
  journal.close();
  return ids;
}

function nameOf(at: number): string {
  const name = NAMES[at % NAMES.length] ?? '';
  return at < NAMES.length ? name : `${name} ${Math.floor(at / NAMES.length) + 1}`;
}
