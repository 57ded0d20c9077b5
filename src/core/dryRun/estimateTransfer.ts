import type { DryRunTable, TransferEstimate } from '../../shared/dryRun.ts';
import type { EngineBase } from '../batch/engineBase.ts';

/** How long the tables' rows would take on the link, as far as that was ever measured. */
export function estimateTransfer(
  { journal, settings }: Pick<EngineBase, 'journal' | 'settings'>,
  tables: readonly DryRunTable[],
): TransferEstimate {
  const bytes = tables.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
  const unknown = tables.filter((one) => one.failure === null && one.bytes === null && one.send?.rows !== 0);
  const measured = journal.linkSpeed();
  const { bandwidthKbps } = settings.sync;
  const cap = bandwidthKbps === 0 ? Number.POSITIVE_INFINITY : bandwidthKbps * 125;
  const rate = measured === null ? null : Math.min(measured.bytesPerSecond, cap);
  const sent = measured === null ? null : Math.round(bytes * measured.sentShare);
  return {
    bytes,
    unknown_tables: unknown.length,
    sent_bytes: sent,
    bytes_per_second: rate,
    seconds: rate === null || sent === null ? null : sent / rate,
  };
}
