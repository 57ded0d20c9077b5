import { FailureCode, UsageCode, UsageError } from '../../shared/errors.ts';
import type { CopyAnswer } from '../../shared/service.ts';
import type { SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { answerCopy } from '../answerCopy.ts';
import { readSettingsDocument, writeSettingsDocument } from '../settings/document.ts';
import type { Installation } from '../settings/installation.ts';
import { fileStore } from '../settings/settingsStore.ts';
import type { FaceHost } from './face.ts';
import type { JournalReader } from './journalReader.ts';

const COPIED: ReadonlySet<string | null> = new Set<string | null>([
  FailureCode.FolderCopied,
  FailureCode.FolderPrevious,
  FailureCode.FolderCopyAtWork,
]);

/**
 * Records what this computer is, of whose data folder there is a copy. An installation of its own could overwrite the
 * rows of the other one, so what both would sync is switched off here: a person gives it another id, or removes it.
 *
 * @param isShared whether the other copy may sync a connection, too
 * @throws UsageError `installation_busy`; `settings_changed` and its like
 */
export function settleCopy(
  { folder, settingsStore = fileStore(folder) }: Pick<FaceHost, 'folder' | 'settingsStore'>,
  language: Language,
  answer: CopyAnswer,
  isShared: (connection: string) => boolean = () => true,
): Installation {
  return answerCopy(folder, answer, () => {
    if (answer === 'keep') return;
    const { document, revision, problem } = readSettingsDocument(folder, language);
    if (problem?.code === UsageCode.SettingsMissing) return;
    if (problem !== null) throw new UsageError(problem.code, problem.params);
    if (document === null) return;
    writeSettingsDocument(folder, switchedOff(document, isShared), revision, settingsStore, language);
  });
}

/** Whether a connection is one of those that a batch did not write because of the copy. */
export function copiedIn(reader: JournalReader, batchId: string): (connection: string) => boolean {
  const rows = reader.read((journal) => journal.tables(batchId));
  const copied = new Set(rows.flatMap((row) => (COPIED.has(row.error_code) ? [row.connection] : [])));
  return (connection) => copied.has(connection);
}

function switchedOff(document: SettingsFile, isShared: (connection: string) => boolean): SettingsFile {
  const connections = document.connections.map((one) =>
    isShared(one.id) ? { ...one, enabled: false } : one,
  );
  return { ...document, connections };
}
