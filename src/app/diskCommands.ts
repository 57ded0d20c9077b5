import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { exportRecords } from '../core/export/exportRecords.ts';
import type { ReadableJournal } from '../core/journal/journal.ts';
import { UsageCode, UsageError } from '../shared/errors.ts';
import { LEAST_PASSPHRASE, progressName } from '../shared/exportParts.ts';
import { ExportEnd, type ExportRecord } from '../shared/exportRecord.ts';
import type { ExportView } from '../window-api/views.ts';
import type { Args } from '../window-api/windowApi.ts';
import type { JournalReader } from './journalReader.ts';
import type { Answerers, WindowAppHost } from './windowApp.ts';
import { serviceOf, type Told, whenDiskBegun } from './windowCommands.ts';

type DiskCalls = Pick<Answerers, 'choosePath' | 'exportToDisk' | 'importFromDisk' | 'exports'>;
type ExportTo = Args<'exportToDisk'>[0]['to'];
type ImportFrom = Args<'importFromDisk'>[0]['from'];

/**
 * Exports and imports that a person asks for in the window. The page names paths with the rights of this program, so:
 *
 * - An export makes new files whose names end with `.export`, `.export.NNN` or `.export.progress`, never replaces one,
 *   and makes none in the user-data folder. What is in them cannot be chosen.
 * - An import reads a file that decodes as an export, and tells nothing of any other but that it is none.
 * - Where the system's dialog is shown, paths count only if a person has chosen them there, or an earlier export or
 *   import used them. Elsewhere they are typed, by whoever is signed in to the agent.
 */
export function createDisk(
  host: WindowAppHost,
  reader: JournalReader,
  told: Pick<Told, 'refused'>,
): DiskCalls {
  const chosen = new Set<string>();
  const allowed = (path: string): string => {
    if (!isAbsolute(path)) throw new UsageError(UsageCode.ExportPathRelative, { file: path });
    if (host.choosePath === null || chosen.has(path)) return resolve(path);
    throw new UsageError(UsageCode.ExportPathNotChosen, { file: path });
  };
  const past = <T>(look: (journal: ReadableJournal) => T): T => reader.read(look);
  return {
    choosePath: async (what) => {
      serviceOf(host);
      const path = (await host.choosePath?.(what)) ?? null;
      if (path !== null) chosen.add(path);
      return path;
    },
    exportToDisk: async ({ connection, to, passphrase }) => {
      const service = serviceOf(host);
      const file = fileTo(connection, to, allowed, past);
      if (!existsSync(progressName(file)) && [...passphrase].length < LEAST_PASSPHRASE)
        throw new UsageError(UsageCode.ExportPassphraseUnfit, { least: LEAST_PASSPHRASE });
      const run = service.exportNow({ connection, file, passphrase });
      await whenDiskBegun(run, 'exportToDisk', host, told);
      return null;
    },
    importFromDisk: ({ from, passphrase }) => {
      const service = serviceOf(host);
      const run = service.importNow({ file: fileFrom(from, allowed, past), passphrase });
      return whenDiskBegun(run, 'importFromDisk', host, told);
    },
    exports: () => {
      const { records, runs } = past((journal) => ({
        records: exportRecords(journal),
        runs: reader.holder(journal) !== null,
      }));
      return Promise.all(records.map((one) => viewExport(one, runs)));
    },
  };
}

function fileTo(
  connection: string,
  to: ExportTo,
  allowed: (path: string) => string,
  past: <T>(look: (journal: ReadableJournal) => T) => T,
): string {
  if (to !== 'unfinished') return join(allowed(to.folder), to.name);
  const known = past(exportRecords).find((one) => one.connection === connection);
  const file = known?.file ?? '?';
  // Without it, a new export would begin under a passphrase that was typed once.
  if (known === undefined || !existsSync(progressName(file)))
    throw new UsageError(UsageCode.ExportUnwritable, { file, reason: `ENOENT ${progressName(file)}` });
  return file;
}

function fileFrom(
  from: ImportFrom,
  allowed: (path: string) => string,
  past: <T>(look: (journal: ReadableJournal) => T) => T,
): string {
  if ('file' in from) return allowed(from.file);
  const imported = past((journal) => journal.batch(from.batch)?.options.imported);
  if (imported === undefined) throw new UsageError(UsageCode.BatchUnknown, { batch: from.batch });
  return imported;
}

/** @param runs whether any process runs something now; else an export that says so was killed */
async function viewExport(record: ExportRecord, runs: boolean): Promise<ExportView> {
  const end = record.end === ExportEnd.Running && !runs ? ExportEnd.Stopped : record.end;
  // Asked without waiting for it here: the disk may be a network folder that does not answer.
  const unfinished = end !== ExportEnd.Complete && (await isThere(progressName(record.file)));
  return { ...record, end, unfinished };
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
