import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import type { TableRunRef } from '../../../src/core/journal/tableRuns.ts';
import { refusal } from '../../core/journal/support/world.ts';

/** Settings that are right; their databases are never asked. */
export function writeSettings(folder: string, language: 'en' | 'id' | 'auto' = 'en'): void {
  const endpoint = { host: '127.0.0.1', database: 'erp', user: 'branchline' };
  const settings = { central: endpoint, connections: [{ ...endpoint, id: 'pgsql_lmp' }], language };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
}

/** Begins a batch in which nothing has run yet. */
export function beginBatch(journal: WritableJournal, tables: readonly string[]): string {
  const { batch_id: id } = journal.beginBatch({
    trigger: 'cli',
    options: { connections: ['pgsql_lmp'], tables: [], strategy: null, allowDeletes: false },
    tables: tables.map((table) => ({
      connection: 'pgsql_lmp',
      table,
      model: table,
      estimatedRows: 450_000,
      strategy: null,
    })),
  });
  return id;
}

export function startTable(journal: WritableJournal, batchId: string, table: string): TableRunRef {
  const ref = { batchId, connection: 'pgsql_lmp', table };
  journal.startTable(ref, { strategy: 'full', estimatedRows: 450_000 });
  return ref;
}

export function completeTable(journal: WritableJournal, batchId: string, table: string): void {
  const ref = startTable(journal, batchId, table);
  journal.completeTable(ref, { processed: 412_000, skipped: 1_250, deleted: 3, bytes: 90_000_000 });
}

export function failTable(journal: WritableJournal, batchId: string, table: string): void {
  journal.failTable(startTable(journal, batchId, table), { ...refusal, params: { table } });
}

/** A batch with one table done and one failed. */
export function failedBatch(journal: WritableJournal): string {
  const id = beginBatch(journal, ['m_product', 'c_invoice']);
  completeTable(journal, id, 'm_product');
  failTable(journal, id, 'c_invoice');
  journal.endBatch(id);
  return id;
}

/** A batch that went well. */
export function completedBatch(journal: WritableJournal): string {
  const id = beginBatch(journal, ['ad_org']);
  completeTable(journal, id, 'ad_org');
  journal.endBatch(id);
  return id;
}
