import { randomUUID } from 'node:crypto';
import { PING_CHANNEL } from '../../core/notify/channels.ts';
import type { Message } from '../../core/notify/message.ts';
import { PingKind } from '../../core/notify/ping.ts';
import type { Clock } from '../../core/ports.ts';
import type { BatchRow } from '../../shared/contract.ts';
import type { ServiceEvent } from '../../shared/service.ts';
import { BatchStatus } from '../../shared/status.ts';
import type { Opened } from '../opening.ts';

/**
 * Queues a ping when a batch begins or ends. Only the journal is written here, so that an address that cannot be reached
 * does not delay the batch.
 *
 * @returns whether one was queued
 * @throws SyncFailure `journal_failed`
 */
export function queuePing(event: ServiceEvent, { journal, settings }: Opened, clock: Clock): boolean {
  if (settings.notifications.ping?.enabled !== true) return false;
  switch (event.type) {
    case 'batch_started':
    case 'batch_resumed':
      return queue(PingKind.Start, event.batch);
    case 'batch_ended': {
      // A start that is still waiting would now begin a batch that has ended.
      journal.dropKeyFromOutbox(PING_CHANNEL, keyOf(PingKind.Start, event.batch));
      // Stopped by a person, a shutdown or a takeover: neither. If it does not go on in time, the silence says so.
      if (event.batch.status === BatchStatus.Interrupted) return false;
      return queue(
        event.batch.status === BatchStatus.Completed ? PingKind.Success : PingKind.Failure,
        event.batch,
      );
    }
    default:
      return false;
  }

  function queue(kind: PingKind, batch: BatchRow): boolean {
    const now = clock.now();
    return journal.queueForOutbox(PING_CHANNEL, keyOf(kind, batch), pingMessage(kind, batch, now), now);
  }
}

function keyOf(kind: PingKind, { batch_id, resume_count }: BatchRow): string {
  return JSON.stringify({ kind, batch_id, resume_count });
}

/** Numbers alone: whoever watches the pings need not know the names of branches and tables. */
function pingMessage(kind: PingKind, batch: BatchRow, now: Date): Message {
  return {
    id: randomUUID(),
    kind,
    level: kind === PingKind.Failure ? 'problem' : 'information',
    at: now.toISOString(),
    title: '',
    body: `${batch.completed_tables}/${batch.total_tables}`,
    language: 'en',
    computer: '',
    batchId: batch.batch_id,
    branches: [],
    tables: [],
  };
}
