import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { createFile, replaceFile } from './atomicFile.ts';
import { errnoOf } from './errno.ts';
import { folderError } from './folderError.ts';
import { readSmallText } from './smallFile.ts';

const installationSchema = z.object({
  id: z.uuid(),
  host: z.string(),
  /** The installation whose data folder this one began as a copy of. */
  previous: z.uuid().optional(),
});

/** `installation.json`. */
export type Installation = z.output<typeof installationSchema>;

/**
 * Who this installation is, in the central database's checkpoints and in every session's name. Made
 * once, at random. A data folder that turns up under another host name is a copy (an imaged disk, a
 * restored backup): it gets an id of its own, since two machines with one id would both believe that
 * they hold the lease of the same checkpoints.
 *
 * @param folder the data folder, made where it is missing
 * @returns the id; the same to every process, also where several ask for the first time at once
 * @throws UsageError `data_folder_unusable`
 */
export function installationId(folder: string, host = os.hostname()): string {
  return installation(folder, host).id;
}

/** As {@link installationId}, with the host and the previous id. */
export function installation(folder: string, host = os.hostname()): Installation {
  const file = path.join(folder, 'installation.json');
  if (!existsSync(file)) createFile(file, write({ id: randomUUID(), host }));
  const first = readInstallation(file);
  let current = first;
  for (let step = 0; step < MAX_STEPS; step++) {
    if (current.found !== null && sameHost(current.found.host, host)) {
      if (current !== first) replaceFile(file, write(current.found));
      return current.found;
    }
    current = successor(folder, current, host);
  }
  throw new UsageError(UsageCode.DataFolderUnusable, { folder, path: folder, reason: `${file} is damaged` });
}

/** One step is usual, two where an older copy was put back; damaged files that follow each other must not loop. */
const MAX_STEPS = 10;

interface Reading {
  /** Null where the file is damaged. */
  readonly found: Installation | null;
  /** Names this content: every process that reads it agrees on the name of its successor. */
  readonly key: string;
}

/**
 * The installation that comes after one that cannot be used. It is first written to a file whose name
 * follows from the old content, because making a new file has one winner and overwriting has none: two
 * processes that start at once on a cloned machine would end up with different ids.
 */
function successor(folder: string, old: Reading, host: string): Reading {
  const file = path.join(folder, `installation-after-${old.key}.json`);
  const previous = old.found === null ? {} : { previous: old.found.id };
  createFile(file, write({ id: randomUUID(), host, ...previous }));
  return readInstallation(file);
}

function readInstallation(file: string): Reading {
  const text = readText(file);
  const found = parseInstallation(text);
  return { found, key: found?.id ?? createHash('sha256').update(text).digest('hex').slice(0, 16) };
}

function readText(file: string): string {
  try {
    return readSmallText(file);
  } catch (error) {
    const why = errnoOf(error) || (error instanceof Error ? error.message : String(error));
    const reason = `${path.basename(file)}: ${why}`;
    const folder = path.dirname(file);
    throw folderError(folder, error, reason);
  }
}

function parseInstallation(text: string): Installation | null {
  try {
    return installationSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function write(installation: Installation): string {
  return `${JSON.stringify(installation, null, 2)}\n`;
}

/** Host names differ in case and domain from one network to the next without being another machine. */
function sameHost(a: string, b: string): boolean {
  return shortName(a) === shortName(b);
}

function shortName(host: string): string {
  return host.toLowerCase().split('.')[0] ?? '';
}
