import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { ConnectionFile, Settings, SettingsFile } from '../../shared/settings.ts';
import type { Language } from '../../shared/texts/language.ts';
import { replaceFile } from '../files/atomicFile.ts';
import { readSmallFile } from '../files/smallFile.ts';
import { withHooksOf } from './hooksGuard.ts';
import { decodeText } from './jsonText.ts';
import { checkSettings, parseSettings, readSettings, settingsFile } from './load.ts';

/**
 * Replaces the settings atomically. Keys stay in the file's order, so that people recognise their lines.
 *
 * @param next settings as written or as loaded
 * @throws UsageError `settings_invalid`, `hooks_by_hand` before anything is written; `data_folder_unusable`
 */
export function saveSettings(folder: string, next: SettingsFile, language: Language = 'en'): Settings {
  const file = settingsFile(folder);
  const earlier = present(file);
  const kept = withHooksOf(file, earlier, next);
  const settings = checkSettings(file, kept, language);
  replaceFile(file, `${JSON.stringify(inOrderOf(earlier, kept), null, 2)}\n`);
  return settings;
}

/** How often a change is repeated because another program wrote the file meanwhile. */
const UPDATE_ATTEMPTS = 5;

/**
 * Changes the settings: reads the file without filling in defaults (so that later versions' defaults still
 * apply), and writes what `change` returns. If another program wrote the file in between, the change is
 * repeated on the new contents.
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
    // The line above checked it: what the schema accepts is a SettingsFile.
    const next = withHooksOf(file, raw, change(structuredClone(raw) as SettingsFile));
    const settings = checkSettings(file, next, language);
    if (!readSettings(file).equals(before) && attempt < UPDATE_ATTEMPTS) continue;
    replaceFile(file, `${JSON.stringify(inOrderOf(raw, next), null, 2)}\n`);
    return settings;
  }
}

/**
 * Adds a connection at the end; everything else in the file stays.
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

/** The file's current contents, for the order of its keys; undefined if it is missing or broken. */
function present(file: string): unknown {
  try {
    return JSON.parse(decodeText(readSmallFile(file)) ?? '');
  } catch {
    return undefined;
  }
}

/** Writes checked settings to `settings.json`, completely or not at all. */
export interface SettingsStore {
  /** @throws UsageError `data_folder_unusable`, `data_folder_full`, `data_folder_read_only` */
  write(document: SettingsFile): void;
}

/** The file's text. All writers produce the same form. */
export function settingsText(document: SettingsFile): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** For programs without Electron's store, which only the tray has. */
export function fileStore(folder: string): SettingsStore {
  return { write: (document) => replaceFile(settingsFile(folder), settingsText(document)) };
}

/**
 * The value with its objects' keys in the order of an earlier version, and new keys at the end. List entries
 * are matched by `id`, else by position.
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
