import { z } from 'zod';
import type { JournalReader } from '../../core/face/journalReader.ts';
import type { Queries } from '../../shared/ipc.ts';

/** More than the window ever shows, and few enough to answer at once. */
const MOST_BATCHES = 500;

/** What the window's old page asks besides the calls that all pages have. */
export type OldQuery = 'batches' | 'latestBatch';
export type OldHandlers = {
  readonly [Q in OldQuery]: {
    readonly args: z.ZodType<Parameters<Queries[Q]>>;
    readonly answer: (...args: Parameters<Queries[Q]>) => ReturnType<Queries[Q]>;
  };
};

export function createOldHandlers(reader: JournalReader): OldHandlers {
  return {
    batches: {
      args: z.tuple([z.int().min(1).max(MOST_BATCHES)]),
      answer: (limit) => reader.read((journal) => journal.batches(limit)),
    },
    latestBatch: {
      args: z.tuple([]),
      answer: () =>
        reader.read((journal) => {
          const batch = journal.latestBatch();
          return batch === null ? null : { batch, tables: journal.tables(batch.batch_id) };
        }),
    },
  };
}
