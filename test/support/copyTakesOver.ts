import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../src/core/engine.ts';
import { systemPorts } from '../../src/core/ports.ts';
import { loadSettings } from '../../src/core/settings/load.ts';
import { BatchStatus } from '../../src/shared/status.ts';

/**
 * Another copy of a data folder, with the same computer id (a cloned virtual machine), syncs its connections and is
 * gone: the folder itself is the one that asks from then on (D3).
 *
 * @param tables which of them it syncs; one that is small is enough
 */
export async function copyTakesOver(folder: string, tables: readonly string[]): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'branchline-copy-'));
  try {
    cpSync(folder, copy, { recursive: true });
    await using engine = openEngine(systemPorts({ log: () => {} }), {
      folder: copy,
      settings: loadSettings(copy),
    });
    const { status } = await engine.syncAll({ trigger: 'cli', tables });
    if (status !== BatchStatus.Completed) throw new Error(`The copy's batch ended ${status}`);
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
