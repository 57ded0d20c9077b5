import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { EndpointSettings, Settings, SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import type { Calls } from '../../shared/window/calls.ts';
import type { PasswordPlace, SettingsView } from '../../shared/window/views.ts';
import { resolvePassword } from '../postgres/password.ts';
import { saveSettings } from '../settings/change.ts';
import { checkSettings, loadSettings, parseSettings, readSettings, settingsFile } from '../settings/load.ts';

/** The settings as they are, or what is wrong with them. */
export function viewSettings(folder: string, language: Language): SettingsView {
  const file = settingsFile(folder);
  let document: SettingsFile | null = null;
  let revision: string | null = null;
  try {
    const bytes = readSettings(file);
    revision = revisionOf(bytes);
    const raw = parseSettings(file, bytes, language);
    // As written: what is wrong with it stands in `problem`.
    document = raw as SettingsFile;
    const effective = checkSettings(file, raw, language);
    return { document, revision, effective, problem: null, passwords: passwordsOf(effective, folder) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const problem = { kind: 'usage', code: error.code, params: error.params } as const;
    return { document, revision, effective: null, problem, passwords: {} };
  }
}

/** The settings in force; null where there are none that can be used. */
export function usableSettings(folder: string): Settings | null {
  try {
    return loadSettings(folder);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

/** By which a file is known again, whoever wrote it. */
export function revisionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function passwordsOf(settings: Settings, folder: string): Readonly<Record<string, PasswordPlace>> {
  return Object.fromEntries([
    ['central', placeOf(settings.central, folder)],
    ...settings.connections.map((one) => [one.id, placeOf(one, folder)]),
  ]);
}

function placeOf(endpoint: EndpointSettings, folder: string): PasswordPlace {
  if (endpoint.password !== undefined) return 'environment';
  if (endpoint.passfile !== undefined) return 'passfile';
  const found = resolvePassword(endpoint, folder, process.env, (file) => readFileSync(file, 'utf8'));
  return found === undefined ? 'none' : 'pgpass';
}

/**
 * Replaces the settings as a whole.
 *
 * @param revision of the file that was changed; null where there was none
 * @returns the new revision
 * @throws UsageError `settings_changed` where the file is another by now; `settings_invalid`
 */
export function replaceSettings(
  folder: string,
  document: SettingsFile,
  revision: string | null,
  language: Language,
): string {
  const file = settingsFile(folder);
  if (presentRevision(file) !== revision) throw new UsageError(UsageCode.SettingsChanged, { file });
  saveSettings(folder, document, language);
  return revisionOf(readSettings(file));
}

/** The file as it is: no secret stands in it. */
export function exportSettings(folder: string): string {
  return readSettings(settingsFile(folder)).toString('utf8');
}

/** What an imported text would be as settings. */
export function checkImport(
  folder: string,
  text: string,
  language: Language,
): ReturnType<Calls['checkImport']> {
  const file = settingsFile(folder);
  try {
    const raw = parseSettings(file, Buffer.from(text), language);
    checkSettings(file, raw, language);
    // Checked in the line above.
    return { document: raw as SettingsFile, problems: null };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const lines = String(error.params.problems).split('\n');
    const problems = lines.map((line) => {
      const at = line.indexOf(': ');
      return { path: line.slice(0, at), reason: line.slice(at + 2) };
    });
    return { document: null, problems };
  }
}

function presentRevision(file: string): string | null {
  try {
    return revisionOf(readSettings(file));
  } catch (error) {
    if (error instanceof UsageError && error.code === UsageCode.SettingsMissing) return null;
    throw error;
  }
}
