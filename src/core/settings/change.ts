import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { ConnectionFile, Settings, SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { readSmallFile } from '../files/smallFile.ts';
import { decodeText } from './jsonText.ts';
import { checkSettings, parseSettings, readSettings, settingsFile } from './load.ts';

/**
 * Replaces the settings as a whole, atomically. Keys stay in the order in which they stand in the file,
 * so that a person finds their own lines again.
 *
 * @param next settings as written or as loaded
 * @throws UsageError `settings_invalid` before anything is written; `data_folder_unusable`
 */
export function saveSettings(folder: string, next: SettingsFile, language: Language = 'en'): Settings {
  const file = settingsFile(folder);
  const settings = checkSettings(file, next, language);
  replaceFile(file, `${JSON.stringify(inOrderOf(present(file), next), null, 2)}\n`);
  return settings;
}

/** How often a change is made anew because somebody else wrote the file meanwhile. */
const UPDATE_ATTEMPTS = 5;

/**
 * Changes the settings: reads the file as it stands (defaults not filled in, so that a later version's
 * defaults still reach it), and writes what `change` returns. Where another program wrote the file in
 * between, the change is made anew on top of that.
 *
 * @param change gets a copy; may be called more than once
 * @throws UsageError as loadSettings and {@link saveSettings}, and whatever `change` throws
 */
export function updateSettings(
  folder: string,
  change: (current: SettingsFile) => SettingsFile,
  language: Language = 'en',
): Settings {
  const file = settingsFile(folder);
  for (let attempt = 1; ; attempt++) {
    const before = readSettings(file, language);
    const raw = parseSettings(file, before, language);
    checkSettings(file, raw, language);
    // Checked in the line above: what the schema takes is a SettingsFile.
    const next = change(structuredClone(raw) as SettingsFile);
    const settings = checkSettings(file, next, language);
    if (!readSettings(file).equals(before) && attempt < UPDATE_ATTEMPTS) continue;
    replaceFile(file, `${JSON.stringify(inOrderOf(raw, next), null, 2)}\n`);
    return settings;
  }
}

/**
 * Adds a connection behind the others; everything else in the file stays as it is.
 *
 * @throws UsageError `connection_exists` {connection}, and as {@link updateSettings}
 */
export function addConnection(
  folder: string,
  connection: ConnectionFile,
  language: Language = 'en',
): Settings {
  const add = (current: SettingsFile): SettingsFile => {
    if (current.connections.some(({ id }) => id === connection.id)) {
      throw new UsageError(UsageCode.ConnectionExists, { connection: connection.id });
    }
    return { ...current, connections: [...current.connections, connection] };
  };
  return updateSettings(folder, add, language);
}

/** What the file holds now, for the order of its keys; nothing where there is none or it is broken. */
function present(file: string): unknown {
  try {
    return JSON.parse(decodeText(readSmallFile(file)) ?? '');
  } catch {
    return undefined;
  }
}

/** What puts settings that were checked into `settings.json`, as a whole or not at all. */
export interface SettingsStore {
  /** @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only` */
  write(document: SettingsFile): void;
}

/** The file's text: every writer writes the same, so that who wrote last makes no difference. */
export function settingsText(document: SettingsFile): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** For whoever is not the tray, which has Electron's store. */
export function fileStore(folder: string): SettingsStore {
  return { write: (document) => replaceFile(settingsFile(folder), settingsText(document)) };
}

/**
 * The same value with the keys of its objects in the order of an earlier version, new keys behind.
 * Entries of lists are matched by `id`, else by place.
 */
export function inOrderOf(earlier: unknown, value: unknown): unknown {
  if (Array.isArray(value)) {
    const before: readonly unknown[] = Array.isArray(earlier) ? earlier : [];
    return value.map((entry, index) => inOrderOf(counterpart(before, entry, index), entry));
  }
  if (!isObject(value)) return value;
  const before = isObject(earlier) ? earlier : {};
  const kept = Object.keys(before).filter((key) => Object.hasOwn(value, key));
  const keys = new Set([...kept, ...Object.keys(value)]);
  return Object.fromEntries([...keys].map((key) => [key, inOrderOf(before[key], value[key])]));
}

function counterpart(before: readonly unknown[], entry: unknown, index: number): unknown {
  if (!isObject(entry) || entry.id === undefined) return before[index];
  return before.find((other) => isObject(other) && other.id === entry.id);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
