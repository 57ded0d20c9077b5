import { openEngine } from '../../src/core/engine.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import type { BatchRow } from '../../src/shared/contract.ts';
import type { RunnerMessage, RunnerOrder } from './runner.ts';

// Another process with an engine in it, which its parent may kill or stop at any moment: see runner.ts.
process.once('message', (order: RunnerOrder) => {
  run(order).then(
    (batch) => tell({ kind: 'ended', batch }),
    (error: unknown) => tell({ kind: 'failed', error: String(error) }),
  );
});
tell({ kind: 'ready' });

async function run({ folder, batchId, timeouts, retry }: RunnerOrder): Promise<BatchRow> {
  await using engine = openEngine(systemPorts({ log: () => {} }), {
    folder,
    settings: loadSettings(folder),
    timeouts,
    retry,
  });
  engine.on((event) => tell({ kind: 'event', event }));
  if (batchId === null) return await engine.syncAll({ trigger: 'cli' });
  return (await engine.resume(batchId, { trigger: 'cli' })).batch;
}

function tell(message: RunnerMessage): void {
  process.send?.(message);
  // The channel would keep the process alive after its work.
  if (message.kind === 'ended' || message.kind === 'failed') process.disconnect();
}
