import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { CopyAnswer } from '../../shared/service.ts';
import type { SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { fileStore, type SettingsStore } from './change.ts';
import { readSettingsDocument, writeSettingsDocument } from './document.ts';
import { answerCopy, type Installation } from './installation.ts';

/**
 * Records what this computer is after its data folder was copied. A separate installation could overwrite the
 * other one's rows, so connections that both would sync are switched off here; a person gives them another id
 * or removes them.
 *
 * @param isShared whether the other copy may sync a connection too
 * @throws UsageError `installation_busy`; `settings_changed` and similar
 */
export function settleCopy(
  {
    folder,
    settingsStore = fileStore(folder),
  }: { readonly folder: string; readonly settingsStore?: SettingsStore },
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

export function switchedOff(document: SettingsFile, isShared: (connection: string) => boolean): SettingsFile {
  const connections = document.connections.map((one) =>
    isShared(one.id) ? { ...one, enabled: false } : one,
  );
  return { ...document, connections };
}
