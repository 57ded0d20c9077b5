import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Finding } from '../../shared/doctor.ts';
import { folderRefusal, hasNoRoom, isNoRoom } from '../files/folderError.ts';
import { type Examined, finding } from './checking.ts';

/** Below this a batch of many tables, its log and a journal that grows still fit, but not for long. */
const LOW_BYTES = 1_000_000_000;
/** Below this the journal may fail in the middle of a batch. */
const FULL_BYTES = 100_000_000;
/** Little is written to the folder for temporary files. */
const TEMP_LOW_BYTES = 100_000_000;

/** Whether the data folder can be written to, by writing a file and removing it. */
export function dataFolderCheck({ folder }: Examined): Finding {
  if (!existsSync(folder)) {
    const refused = folderRefusal(folder);
    return refused === null
      ? finding('folder_absent', { folder })
      : { kind: 'usage', code: refused.code, params: refused.params };
  }
  const refused = folderRefusal(folder);
  if (refused !== null) return { kind: 'usage', code: refused.code, params: refused.params };
  const reason = whyUnwritable(folder);
  return reason === null
    ? finding('folder_ok', { folder })
    : finding('folder_unwritable', { folder, reason });
}

/** Free space on the disk of the data folder. */
export async function diskCheck({ folder, machine }: Examined): Promise<Finding> {
  const place = nearestFolder(folder);
  const params = { folder: place, freeBytes: await machine.freeBytes(place) };
  // Only writing shows a quota.
  const full = params.freeBytes < FULL_BYTES || (place === folder && hasNoRoom(folder));
  if (full) return finding('disk_full', params);
  return finding(params.freeBytes < LOW_BYTES ? 'disk_low' : 'disk_ok', params);
}

/** The folder for temporary files. */
export async function tempCheck({ machine }: Examined): Promise<Finding> {
  const folder = machine.tempFolder;
  const reason = whyUnwritable(folder);
  if (reason !== null) return finding('temp_unwritable', { folder, reason });
  const freeBytes = await machine.freeBytes(folder);
  return finding(freeBytes < TEMP_LOW_BYTES ? 'temp_low' : 'temp_ok', { folder, freeBytes });
}

/** Whether log files can be written. Logging itself never fails a sync, so nobody would notice. */
export function logsCheck({ folder }: Examined): Finding {
  const logs = path.join(folder, 'logs');
  if (!existsSync(logs)) return finding('logs_absent', { folder: logs });
  const reason = whyUnwritable(logs);
  return reason === null
    ? finding('logs_ok', { folder: logs })
    : finding('logs_unwritable', { folder: logs, reason });
}

/** Writes a small file and removes it. @returns why that failed; null if it did not. A full disk is reported by its own check */
function whyUnwritable(folder: string): string | null {
  const file = path.join(folder, `branchline-doctor.${process.pid}.tmp`);
  try {
    if (!statSync(folder).isDirectory()) return 'ENOTDIR';
    writeFileSync(file, 'x', { mode: 0o600 });
    return null;
  } catch (error) {
    if (isNoRoom(error)) return null;
    return error instanceof Error ? error.message : String(error);
  } finally {
    try {
      rmSync(file, { force: true });
    } catch {
      // What could not be created cannot be removed either.
    }
  }
}

/** The folder itself, or the nearest one above it that exists. */
function nearestFolder(folder: string): string {
  let place = path.resolve(folder);
  while (!existsSync(place) && path.dirname(place) !== place) place = path.dirname(place);
  return place;
}
