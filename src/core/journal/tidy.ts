import type { Settings } from '../../shared/settings.ts';
import type { Ports } from '../ports.ts';
import type { Journal } from './journal.ts';

/** A run must not seem to hang at its end where years are pruned at once; the next run goes on. */
const PRUNING_SECONDS = 3;

/**
 * What is done with the journal after each run: old batches are pruned, and a check that the opening has put off
 * is made. The run itself is over and recorded: nothing here may fail it.
 */
export async function tidyJournal(
  journal: Journal,
  retention: Settings['retention'],
  { clock, logger }: Ports,
): Promise<void> {
  try {
    await journal.prune({ ...retention, now: clock.now(), dryRun: false, seconds: PRUNING_SECONDS });
    await journal.checkIfDue();
  } catch (error) {
    logger.log('warn', 'The journal could not be tidied', { error: String(error) });
  }
}
