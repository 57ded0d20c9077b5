import type { Journal } from '../journal/journal.ts';
import type { Logger } from '../ports.ts';
import type { SeenRun } from '../source/mark.ts';
import type { RunMemory } from '../source/serverRuns.ts';

/**
 * What the journal keeps of the runs of a connection's server. Where it cannot be read or written, contents are
 * compared after a restart: no reason to stop a batch.
 */
export function journalRuns(journal: Journal, logger: Logger, connection: string): RunMemory {
  const name = `server_runs/${connection}`;
  return {
    recall() {
      try {
        return (journal.serviceNote(name) ?? []) as readonly SeenRun[];
      } catch (error) {
        logger.log('warn', 'The runs of a server could not be looked up', { error: String(error) });
        return [];
      }
    },
    keep(runs) {
      try {
        journal.togetherLazily(() => journal.setServiceNote(name, runs));
      } catch (error) {
        logger.log('warn', 'The run of a server could not be noted', { error: String(error) });
      }
    },
  };
}
