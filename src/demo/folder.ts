import { lstatSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { type ErrorParams, UsageError } from '../shared/errors.ts';
import { isRoot, type ServerPlace } from './server/processes.ts';

/** The two servers of a demo. */
export const ROLES = ['source', 'central'] as const;
export type DemoRole = (typeof ROLES)[number];

const server = z.strictObject({ port: z.int(), pid: z.int() });

const recordSchema = z.strictObject({
  product: z.literal('branchline-demo'),
  state: z.enum(['starting', 'ready']),
  startedAt: z.iso.datetime(),
  /** The process that starts the demo. Used only while `starting`: the servers outlive it. */
  starterPid: z.int(),
  binFolder: z.string(),
  user: z.strictObject({ name: z.string(), uid: z.int(), gid: z.int() }).nullable(),
  source: server.nullable(),
  central: server.nullable(),
});

/** `demo.json`, which lets a later process find the servers. */
export type DemoRecord = z.output<typeof recordSchema>;

const RECORD = 'demo.json';

/** Branchline's own files of the demo: a data folder for `--data-dir`. */
export function homeFolder(folder: string): string {
  return join(folder, 'home');
}

/** Where one of the demo's servers is. */
export function placeOf(
  folder: string,
  role: DemoRole,
  record: Pick<DemoRecord, 'binFolder' | 'user'>,
): ServerPlace {
  const own = join(folder, role);
  return { ...record, dataFolder: join(own, 'data'), logFile: join(own, 'server.log') };
}

/**
 * A fixed place in the system's temporary folder, so that every command finds the demo. If another user owns
 * the plain name, ours ends in our user id.
 */
export function defaultDemoFolder(): string {
  const plain = join(tmpdir(), 'branchline-demo');
  const uid = process.getuid?.();
  if (uid === undefined) return plain;
  const own = `${plain}-${uid}`;
  return ownerOf(own) === uid || (ownerOf(plain) ?? uid) !== uid ? own : plain;
}

/**
 * Claims a folder that does not exist yet. It is renamed into place with its record inside, so of two starts
 * at the same time one fails.
 *
 * @throws UsageError `demo_failed` if something exists there
 */
export async function claimFolder(folder: string, record: DemoRecord): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    await writeRecord(draft, record);
    await mkdir(homeFolder(draft), { mode: 0o700 });
    // If this process is root, the servers' user must be able to pass through to its own folders.
    await chmod(draft, isRoot() ? 0o711 : 0o700);
    await rename(draft, folder);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    const reason = `${folder} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new UsageError('demo_failed', { reason }, { cause });
  }
}

/**
 * @returns null if there is no such folder
 * @throws UsageError `demo_failed` if the folder is not a demo or not ours, and so must not be removed
 */
export async function readRecord(folder: string): Promise<DemoRecord | null> {
  const owner = ownerOf(folder);
  if (owner === null) return null;
  const uid = process.getuid?.() ?? owner;
  const raw = await readFile(join(folder, RECORD), 'utf8').catch(() => null);
  const parsed = recordSchema.safeParse(raw === null ? null : parseJson(raw));
  if (uid !== owner || !parsed.success) {
    throw new UsageError('demo_failed', { reason: `${folder} is there already and is not a demo of yours` });
  }
  return parsed.data;
}

/** Replaces the record atomically, so that no reader sees half of it. */
export async function writeRecord(folder: string, record: DemoRecord): Promise<void> {
  const draft = join(folder, `${RECORD}.new`);
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, join(folder, RECORD));
}

export async function removeFolder(folder: string): Promise<void> {
  // The record goes last, so that an interrupted removal can be repeated.
  for (const part of [
    ...ROLES.map((role) => join(folder, role)),
    join(folder, 'postgresql'),
    homeFolder(folder),
    folder,
  ]) {
    await rm(part, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** The owner of a folder (0 on Windows); null if there is none; a symbolic link has no owner. */
function ownerOf(folder: string): number | null {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return null;
  return found.isDirectory() ? found.uid : -1;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Messages of the demo for a person; the caller puts them into words. */
export type DemoNotice =
  /** Root may not run PostgreSQL, so `user` does. */
  | 'demo_system_user'
  | 'demo_system_user_created'
  /** The server's user cannot reach the server's programs, so they were copied into `folder`. */
  | 'demo_binaries_copied'
  /** A crashed demo had left `folder` behind. */
  | 'demo_leftovers_removed'
  /** Steps, in order; `demo_seeding` has `scale`, `demo_ready` has `folder`. */
  | 'demo_servers_starting'
  | 'demo_seeding'
  | 'demo_ready';

export type OnNotice = (notice: DemoNotice, params: ErrorParams) => void;
