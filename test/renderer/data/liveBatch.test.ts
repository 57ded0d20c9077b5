import { expect, it } from 'vitest';
import { withLive } from '../../../src/renderer/data/liveBatch.ts';
import type { BatchSummary } from '../../../src/shared/contract.ts';
import type { RunView } from '../../../src/window-api/views.ts';

const batch: BatchSummary = {
  batch_id: 'sync_1',
  status: 'running',
  trigger: 'schedule',
  total_tables: 0,
  completed_tables: 0,
  failed_tables: 0,
  skipped_tables: 0,
  options: { connections: [], tables: [], strategy: null, allowDeletes: false },
  interruption_reason: null,
  resume_count: 0,
  started_at: '2026-11-22T01:00:00.000Z',
  ended_at: null,
  duration_seconds: null,
  records_processed: 0,
  records_deleted: 0,
  bytes: 0,
};
const run: RunView = {
  batchId: 'sync_1',
  doneTables: 40,
  failedTables: 1,
  totalTables: 120,
  fraction: 0.3,
  rows: 5000,
  bytes: 90_000,
  rowsPerSecond: null,
  bytesPerSecond: null,
  etaSeconds: null,
  tables: [],
};

it('the batch that runs shows how far it has come by now', () => {
  expect(withLive(batch, run)).toMatchObject({
    total_tables: 120,
    completed_tables: 40,
    failed_tables: 1,
    records_processed: 5000,
    bytes: 90_000,
  });
});

it('all others are left as they are, so that their lines are not drawn anew', () => {
  expect(withLive(batch, null)).toBe(batch);
  expect(withLive(batch, { ...run, batchId: 'sync_2' })).toBe(batch);
});
