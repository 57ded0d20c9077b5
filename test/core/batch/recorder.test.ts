import { expect, test } from 'vitest';
import { JournalRecorder } from '../../../src/core/batch/recorder.ts';
import type { WritableJournal } from '../../../src/core/journal/journal.ts';
import { type Checkpoint, NO_COUNTS } from '../../../src/core/target/checkpoint.ts';
import { beginBatch } from '../../main/support/history.ts';
import { freshFolder, journalIn, realClock } from '../journal/support/world.ts';

const TABLE = 'c_invoice';

function checkpoint(processed: number): Checkpoint {
  return {
    ...NO_COUNTS,
    connection: 'pgsql_lmp',
    table: TABLE,
    claim: null,
    epoch: '1',
    seq: processed,
    batchId: null,
    strategy: 'full',
    state: 'running',
    direct: true,
    resumed: false,
    lastKey: { columns: ['id'], values: [String(processed)] },
    mark: null,
    passMark: null,
    processed,
    centralRows: null,
    removed: 0,
    removedOf: null,
    counted: false,
    unproven: 0,
    follows: false,
    rewritten: null,
    sourceSnapshotAt: null,
  };
}

/** Notes which transactions wait for the disk. */
function watching(journal: WritableJournal): { readonly watched: WritableJournal; readonly seen: string[] } {
  const seen: string[] = [];
  const watched: WritableJournal = {
    ...journal,
    together: (work) => {
      seen.push('waits');
      return journal.together(work);
    },
    togetherLazily: (work) => {
      seen.push('does not wait');
      journal.togetherLazily(work);
    },
    progressTable: (ref, progress) => {
      seen.push('chunk');
      journal.progressTable(ref, progress);
    },
  };
  return { watched, seen };
}

test('a chunk is recorded for everybody to see without waiting for the disk; the end of its table waits', () => {
  const folder = freshFolder();
  const journal = journalIn(folder);
  const batchId = beginBatch(journal, [TABLE]);
  const { watched, seen } = watching(journal);
  const ref = { batchId, connection: 'pgsql_lmp', table: TABLE };
  const recorder = new JournalRecorder(watched, () => {}, realClock, ref, 300);
  recorder.started();
  recorder.chosen('full', 'first_load');
  seen.length = 0;

  recorder.committed(checkpoint(100));
  expect(seen).toEqual(['does not wait', 'chunk']);
  const other = journalIn(folder);
  expect(other.table(batchId, 'pgsql_lmp', TABLE)).toMatchObject({ records_processed: 100 });

  seen.length = 0;
  recorder.completed(checkpoint(200));
  expect(seen).toEqual(['waits', 'chunk']);
  expect(other.table(batchId, 'pgsql_lmp', TABLE)).toMatchObject({
    status: 'completed',
    records_processed: 200,
  });
});
