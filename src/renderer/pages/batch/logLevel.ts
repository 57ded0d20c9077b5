import type { LogRow } from '../../../shared/contract.ts';
import { ExportEnd } from '../../../shared/exportRecord.ts';
import { HookOutcome } from '../../../shared/hooks.ts';

/** How much a line of the event log matters; the worst first. */
export const LEVELS = ['error', 'warning', 'info'] as const;
export type Level = (typeof LEVELS)[number];

/** Events that this version does not know are `info`. */
const LEVEL_OF: Readonly<Record<string, Level>> = {
  table_failed: 'error',
  batch_failed: 'error',
  circuit_opened: 'error',
  resume_given_up: 'error',
  records_lost: 'error',
  request_failed: 'error',
  table_retrying: 'warning',
  table_restarted: 'warning',
  table_skipped: 'warning',
  batch_interrupted: 'warning',
  batch_superseded: 'warning',
  waiting_for_central: 'warning',
  history_hidden: 'warning',
  stale_backends_ended: 'warning',
  notice: 'warning',
  deletes_off: 'warning',
  request_refused: 'warning',
  schedule_skipped: 'warning',
};

/** The level of a line of the event log. */
export function levelOf({ event, detail }: LogRow): Level {
  if (event === 'hook_ended') return detail.outcome === HookOutcome.Done ? 'info' : 'error';
  if (event === 'export_ended') {
    if (detail.end === ExportEnd.Complete) return 'info';
    return detail.end === ExportEnd.Stopped ? 'warning' : 'error';
  }
  return LEVEL_OF[event] ?? 'info';
}
