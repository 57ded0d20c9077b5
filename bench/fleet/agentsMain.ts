import { readFileSync } from 'node:fs';
import { openEngine } from '../../src/core/engine.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import type { AgentOrder, AgentRun, AgentsReply } from './agents.ts';

// A process with many engines in it, which all run at once when their parent says so: see agents.ts.
process.on('message', (orders: readonly AgentOrder[]) => {
  const before = process.cpuUsage();
  Promise.all(orders.map(run)).then((runs) => {
    const { user, system } = process.cpuUsage(before);
    tell({ runs, cpuSeconds: (user + system) / 1e6, rssBytes: mostMemory() });
  });
});
tell(null);

async function run({ id, folder }: AgentOrder): Promise<AgentRun> {
  const begun = performance.now();
  const counts = { retries: 0, waits: 0, waitSeconds: 0 };
  const reasons = new Map<string, number>();
  const note = (reason: string): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  try {
    await using engine = openEngine(systemPorts({ log: () => {} }), {
      folder,
      settings: loadSettings(folder),
    });
    engine.on((event) => {
      if (event.type === 'table_retrying') {
        counts.retries++;
        note(`${event.failure.code}: ${event.failure.message}`);
      } else if (event.type === 'waiting_for_central') {
        if (!event.over) return;
        counts.waits++;
        counts.waitSeconds += event.seconds;
      } else if (event.type === 'circuit_opened') note(`circuit opened: ${event.failure.message}`);
    });
    const batch = await engine.syncAll({ trigger: 'cli' });
    const tables = engine.batch(batch.batch_id).tables;
    return {
      id,
      status: batch.status,
      seconds: (performance.now() - begun) / 1000,
      rows: tables.reduce((sum, row) => sum + row.records_processed, 0),
      failed: tables
        .filter((row) => row.status !== 'completed')
        .map((row) => `${row.table_name}: ${row.status} ${row.error_code}: ${row.error_message}`),
      ...counts,
      reasons: [...reasons],
    };
  } catch (error) {
    const seconds = (performance.now() - begun) / 1000;
    return { id, status: null, seconds, rows: 0, failed: [String(error)], ...counts, reasons: [...reasons] };
  }
}

/** Not `maxRSS`: on Linux that includes the parent's memory at the time of the start. */
function mostMemory(): number {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return Number(found?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

function tell(reply: AgentsReply | null): void {
  process.send?.(reply);
}
