import { app } from 'electron';
import { z } from 'zod';
import type { Logger } from '../../core/ports.ts';
import { systemPorts } from '../../core/systemPorts.ts';
import { findHolder, readJournal, viewBatch } from '../journalReader.ts';
import { readSetup } from '../setup.ts';
import type { Handlers } from './answer.ts';

/** More than the window ever shows, and few enough to answer at once. */
const MOST_BATCHES = 500;

/** Longer than any id; a bound for what is searched for the nearest right one. */
const LONGEST_ID = 100;

const nothing = z.tuple([]);

/** Who answers what the window asks. */
export function createHandlers(folder: string, logger: Logger): Handlers {
  const ports = systemPorts(logger);
  return {
    setup: {
      args: nothing,
      answer: () => readSetup(folder, app.getPreferredSystemLanguages()),
    },
    batches: {
      args: z.tuple([z.int().min(1).max(MOST_BATCHES)]),
      answer: (limit) => readJournal(folder, ports, (journal) => journal.batches(limit)),
    },
    batch: {
      args: z.tuple([z.string().max(LONGEST_ID)]),
      answer: (batchId) => readJournal(folder, ports, (journal) => viewBatch(journal, batchId)),
    },
    latestBatch: {
      args: nothing,
      answer: () =>
        readJournal(folder, ports, (journal) => {
          const batch = journal.latestBatch();
          return batch === null ? null : { batch, tables: journal.tables(batch.batch_id) };
        }),
    },
    holder: {
      args: nothing,
      answer: () => readJournal(folder, ports, (journal) => findHolder(folder, journal)),
    },
  };
}
