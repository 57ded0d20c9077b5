import type { FleetBranch } from '../../../shared/fleet.ts';
import { csv } from '../../parts/csv.ts';
import type { Recent } from './boardFilter.ts';

const COLUMNS = [
  'connection',
  'label',
  'state',
  'severity',
  'reason_code',
  'reason',
  'since',
  'late',
  'up_to',
  'last_seen',
  'next_run',
  'host',
  'version',
  'clock_skew_seconds',
  'tables',
  'failed_tables',
  'differing_tables',
  'failed_names',
  'last_batch',
  'last_status',
  'last_batch_at',
  'batch_error',
] as const satisfies readonly (keyof FleetBranch)[];

/** Branches with the view's column names, for a spreadsheet. */
export function branchesCsv(
  branches: readonly FleetBranch[],
  recentOf: (connection: string) => Recent | null,
): string {
  const lines = branches.map((branch) => {
    const recent = recentOf(branch.connection);
    const known = COLUMNS.map((name) => {
      const value = branch[name];
      return typeof value === 'boolean' ? String(value) : value;
    });
    return [...known, recent?.rowsPerDay ?? 0, recent?.bytesPerDay ?? 0];
  });
  return csv([[...COLUMNS, 'rows_per_day', 'bytes_per_day'], ...lines]);
}
