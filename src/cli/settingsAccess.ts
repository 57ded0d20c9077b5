import { existsSync } from 'node:fs';
import { UsageCode, UsageError } from '../shared/errors.ts';
import type { ConnectionFile, ConnectionSettings, Settings, SettingsFile } from '../shared/settings.ts';
import type { CliContext } from './context.ts';
import { nearest } from './optionValues.ts';

/** An entry from a person, not validated yet; the settings' schema checks it before writing. */
type Unchecked = Readonly<Record<string, unknown>>;

/** @throws UsageError `settings_missing`, `settings_unreadable`, `settings_invalid` */
export async function readSettings({ folder, t }: CliContext): Promise<Settings> {
  const { loadSettings } = await import('../core/settings/load.ts');
  return loadSettings(folder, t.language);
}

/**
 * Adds a branch to existing settings.
 *
 * @returns the file that was written
 * @throws UsageError `settings_missing`, `settings_invalid`, `connection_exists`
 */
export async function addBranch(connection: Unchecked, { folder, t }: CliContext): Promise<string> {
  const [{ addConnection }, { settingsFile }] = await settingsModules();
  addConnection(folder, connection as ConnectionFile, t.language);
  return settingsFile(folder);
}

/**
 * Creates the settings of a new installation. Head office comes first: a branch alone would be invalid.
 *
 * @returns the file that was written
 * @throws UsageError `settings_invalid`; `connection_exists` if there are settings, which always include head
 *   office
 */
export async function beginWithCentral(central: Unchecked, { folder, t }: CliContext): Promise<string> {
  const [{ saveSettings }, { settingsFile }] = await settingsModules();
  const file = settingsFile(folder);
  if (existsSync(file)) throw new UsageError(UsageCode.ConnectionExists, { connection: 'central' });
  saveSettings(folder, { central: central as SettingsFile['central'], connections: [] }, t.language);
  return file;
}

function settingsModules() {
  return Promise.all([import('../core/settings/change.ts'), import('../core/settings/load.ts')]);
}

/** The branch with this id, or head office. @throws UsageError `connection_unknown`, with the nearest id */
export function findConnection(id: string, { connections }: Settings): ConnectionSettings | 'central' {
  if (id === 'central') return 'central';
  const found = connections.find((connection) => connection.id === id);
  if (found) return found;
  const near = nearest(id, ['central', ...connections.map((connection) => connection.id)]);
  throw new UsageError(UsageCode.ConnectionUnknown, {
    connection: id,
    ...(near !== null && { nearest: near }),
  });
}
