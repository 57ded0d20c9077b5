import { systemPorts } from '../../src/core/ports.ts';
import { createCronWaker } from '../../src/service/schedule/waker.ts';
import { startService } from '../../src/service/service.ts';
import { BatchTrigger } from '../../src/shared/status.ts';
import type { ServiceMessage } from './serviceProcess.ts';

// The service as an agent runs it, in a process that its parent kills at any moment: see serviceProcess.ts.

const [folder = ''] = process.argv.slice(2);
/** Some freezes are longer than these and some shorter, so that both ways are walked. */
const TIMEOUTS = { answerMs: 5000, workMs: 20_000, stallMs: 5000, firstRowMs: 20_000, idleMs: 5000 };
const RETRY = { firstDelayMs: 50, longestDelayMs: 500 };
/** What runs may come to a chunk border for so long; then it is stopped at once. */
const STOP_MS = 3000;

const service = startService(
  systemPorts({
    log: (level, message, facts) => {
      if (level === 'error') tell({ kind: 'error', text: `${message} ${JSON.stringify(facts ?? {})}` });
    },
  }),
  {
    folder,
    trigger: BatchTrigger.Agent,
    language: 'en',
    waker: createCronWaker(),
    timeouts: TIMEOUTS,
    retry: RETRY,
  },
);
service.on((event) => {
  if (event.type === 'batch_started' || event.type === 'batch_ended')
    tell({ kind: event.type, batch: event.batch });
  if (event.type === 'journal_set_aside') tell({ kind: 'error', text: `${event.file} was set aside` });
  if (event.type === 'refused') tell({ kind: 'error', text: `refused: ${event.refusal.code}` });
  if (event.type === 'run_refused') tell({ kind: 'error', text: `run refused: ${event.refusal.code}` });
});
process.once('message', () => {
  service.stop(AbortSignal.timeout(STOP_MS)).then(() => process.disconnect());
});

function tell(message: ServiceMessage): void {
  process.send?.(message);
}
