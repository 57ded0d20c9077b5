import type { LogRow } from '../../../shared/contract.ts';
import { InterruptionReason } from '../../../shared/status.ts';

/** What happened to a batch as a whole. */
export type Stage = { readonly at: string; readonly id: number } & (
  | { readonly kind: 'started' | 'resumed' | 'completed' | 'failed' }
  | { readonly kind: 'interrupted' | 'superseded'; readonly reason: InterruptionReason | null }
);

const STAGES: Readonly<Record<string, Stage['kind']>> = {
  batch_started: 'started',
  batch_resumed: 'resumed',
  batch_completed: 'completed',
  batch_failed: 'failed',
  batch_interrupted: 'interrupted',
  batch_superseded: 'superseded',
};

/** The stages of a batch from its event log, oldest first. */
export function stagesOf(events: readonly LogRow[]): readonly Stage[] {
  return events.flatMap(({ id, at, event, detail }): Stage[] => {
    const kind = STAGES[event];
    if (kind === undefined) return [];
    if (kind !== 'interrupted' && kind !== 'superseded') return [{ id, at, kind }];
    const reason = Object.values(InterruptionReason).find((one) => one === detail.reason) ?? null;
    return [{ id, at, kind, reason }];
  });
}
