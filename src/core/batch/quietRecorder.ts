import type { TableRef } from '../../shared/contract.ts';
import { NoticeCode } from '../../shared/notices.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import type { Journal } from '../journal/journal.ts';
import type { TableRecorder } from '../sync/tableRun.ts';

/** One line in the event log: what became of the table itself is in its row, and stays there. */
export function quietRecorder(journal: Journal, ref: TableRef, forTable: string): TableRecorder {
  const { batchId, connection, table } = ref;
  const subject = { ...(batchId === null ? {} : { batchId }), connection, table };
  const log = (event: string, detail: Readonly<Record<string, unknown>>): void =>
    journal.logEvent(event, { ...subject, detail });
  const nothing = (): void => {};
  return {
    started: () => log('table_brought_again', { for: forTable }),
    chosen: nothing,
    resumed: nothing,
    committed: (at: Checkpoint) =>
      log('table_again_committed', { processed: at.processed, deleted: at.deleted }),
    retrying: nothing,
    deletesOff: nothing,
    // Its own turn says all the others.
    notice: ({ code, params }) => {
      if (code === NoticeCode.NotNullDropped) log('notice', { code, ...params });
    },
  };
}
