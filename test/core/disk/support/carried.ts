import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, RunControl } from '../../../../src/core/engineApi.ts';
import { CONNECTION } from '../../../support/home.ts';

export const PASSPHRASE = 'correct horse battery staple';

/** A folder that stands for the disk that is carried. */
export interface CarriedDisk extends Disposable {
  readonly folder: string;
  readonly file: string;
}

export function carriedDisk(): CarriedDisk {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-carried-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { folder, file: join(folder, 'lampung.export'), [Symbol.dispose]: remove };
}

/** Exports the connection of the tests. */
export function exportTo(
  engine: Engine,
  file: string,
  options: { readonly partBytes?: number; readonly passphrase?: string; readonly connection?: string } = {},
  control?: RunControl,
) {
  const request = { trigger: 'cli', connection: CONNECTION, file, passphrase: PASSPHRASE } as const;
  return engine.exportConnection({ ...request, ...options }, control);
}

export async function importFrom(
  engine: Engine,
  file: string,
  options: { readonly connection?: string; readonly passphrase?: string } = {},
  control?: RunControl,
) {
  const request = { trigger: 'cli', file, passphrase: PASSPHRASE, ...options } as const;
  const batch = await engine.importFile(request, control);
  return { batch, tables: engine.batch(batch.batch_id).tables };
}

/** What each table of an import failed with. */
export function failuresOf(tables: Awaited<ReturnType<typeof importFrom>>['tables']) {
  return tables.map((one) => [one.table_name, one.error_code]);
}
