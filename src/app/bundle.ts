import { closeSync, constants, fstatSync, readdirSync, readSync, statSync } from 'node:fs';
import os from 'node:os';
import { basename, join } from 'node:path';
import { openPlainFile } from '../core/files/smallFile.ts';
import type { ReadableJournal } from '../core/journal/journal.ts';
import { namedSecrets } from '../core/secrets/namedSecrets.ts';
import { withoutPasswords } from '../core/secrets/passwordPlaces.ts';
import type { BundleFile, LiveView, SettingsView, Setup, Sizes } from '../window-api/views.ts';

/** What the support bundle is made from. */
export interface BundleFacts {
  readonly setup: Setup;
  readonly live: LiveView;
  readonly sizes: Sizes;
  readonly settings: SettingsView;
  readonly now: Date;
}

/** Limits that keep the bundle readable and small enough for e-mail: about 4 MB at most. */
const LOGS = 4;
const LOG_BYTES = 400_000;
const BATCHES = 50;
const LINES = 1000;
const FILE_CHARS = 1_000_000;

/**
 * What a helper needs to see. Names of hosts, users and tables stay, since nobody could help without them;
 * passwords, the variables that hold them and the addresses of webhook and ping are removed.
 */
export function bundleFiles(
  journal: ReadableJournal,
  folder: string,
  facts: BundleFacts,
): readonly BundleFile[] {
  const { effective } = facts.settings;
  const secrets = effective === null ? [] : namedSecrets(effective);
  const latest = journal.latestBatch();
  const asText = (value: unknown): string => JSON.stringify(value, null, 1);
  const files: readonly BundleFile[] = [
    { name: 'program.json', text: asText(program(facts)) },
    { name: 'settings.json', text: asText(settingsOf(facts.settings)) },
    { name: 'status.json', text: asText(facts.live) },
    {
      name: 'history.json',
      text: asText({
        sizes: facts.sizes,
        batches: journal.history({}, 0, BATCHES).batches,
        verifications: journal.verifications().map(({ examples: _, differing: __, ...row }) => row),
      }),
    },
    ...(latest === null
      ? []
      : [
          {
            name: 'last-batch.json',
            text: asText({ batch: latest, events: journal.log({ batchId: latest.batch_id, limit: LINES }) }),
          },
          // One line per table, since there may be thousands.
          {
            name: 'last-batch-tables.jsonl',
            text: journal
              .tables(latest.batch_id)
              .map((row) => JSON.stringify(row))
              .join('\n'),
          },
        ]),
    ...newestLogs(folder).map((file) => ({ name: `logs/${basename(file)}`, text: tailOf(file) })),
  ];
  return files.map(({ name, text }) => ({ name, text: bounded(hidden(text, secrets)) }));
}

function program({ setup, now }: BundleFacts): unknown {
  const { problem: _, ...said } = setup;
  return {
    ...said,
    at: now.toISOString(),
    versions: process.versions,
    arch: process.arch,
    system: `${os.type()} ${os.release()}`,
    memoryBytes: os.totalmem(),
    uptimeSeconds: Math.round(process.uptime()),
  };
}

const HIDDEN = '(not shown)';

/** Settings that are secrets, name the variable of one, or may hold anything (what hooks run). */
const HIDDEN_KEYS = new Set(['password', 'webhook', 'ping', 'token', 'sql', 'command']);

/** Invalid settings may contain a password anywhere, so only their problems are included; those quote no values. */
function settingsOf({ document, effective, problem, passwords }: SettingsView): unknown {
  if (effective === null || document === null) return { problem };
  const text = JSON.stringify(document, (key, value: unknown) =>
    HIDDEN_KEYS.has(key) && value !== null ? HIDDEN : value,
  );
  return { document: JSON.parse(text) as unknown, passwords };
}

function hidden(text: string, secrets: readonly string[]): string {
  const named = withoutPasswords(text).replace(/(\bpassword\s*=\s*)('[^']*'|[^\s"',;]+)/gi, '$1***');
  return secrets.reduce((so, secret) => so.replaceAll(secret, '***'), named);
}

function bounded(text: string): string {
  if (text.length <= FILE_CHARS) return text;
  return `${text.slice(0, FILE_CHARS)}\n… ${text.length - FILE_CHARS} more characters left out\n`;
}

function newestLogs(folder: string): readonly string[] {
  const age = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return [...logFiles(folder)].sort((a, b) => age(b) - age(a)).slice(0, LOGS);
}

/** The end of a file, starting at a whole line. */
function tailOf(file: string): string {
  let handle: number;
  try {
    handle = openPlainFile(file, constants.O_RDONLY);
  } catch (error) {
    // The log was rotated since it was listed.
    return String(error);
  }
  try {
    const { size } = fstatSync(handle);
    const from = Math.max(0, size - LOG_BYTES);
    const bytes = Buffer.alloc(size - from);
    const read = readSync(handle, bytes, 0, bytes.length, from);
    const text = bytes.toString('utf8', 0, read);
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    closeSync(handle);
  }
}

/** Disk space that the history uses on this computer. */
export function measureSizes(journal: ReadableJournal, folder: string): Sizes {
  const oldest = journal.oldestBatchAt();
  return {
    batches: journal.history({}, 0, 1).total,
    oldest,
    journalBytes: ['journal.db', 'journal.db-wal'].reduce(
      (sum, name) => sum + bytesOf(join(folder, name)),
      0,
    ),
    logBytes: logFiles(folder).reduce((sum, file) => sum + bytesOf(file), 0),
  };
}

/** The log files of a user-data folder. */
function logFiles(folder: string): readonly string[] {
  const logs = join(folder, 'logs');
  try {
    return readdirSync(logs, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(logs, entry.name))
      .sort();
  } catch {
    // No log has been written yet.
    return [];
  }
}

function bytesOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
