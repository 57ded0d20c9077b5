import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { CopyAnswer } from '../../shared/service.ts';
import { createFile, replaceFile } from '../files/atomicFile.ts';
import { errnoOf, folderError } from '../files/folderError.ts';
import { readSmallText } from '../files/smallFile.ts';
import { tryAcquireLease } from '../journal/lease.ts';

const installationSchema = z.object({
  id: z.uuid(),
  host: z.string(),
  /** See Machine; absent if the computer has no id, and in files of earlier versions. */
  machine: z.string().optional(),
  /** The installation that this data folder was copied from. */
  previous: z.uuid().optional(),
  /** Earlier ones, oldest first. */
  earlier: z.array(z.uuid()).optional(),
  /**
   * When a person last confirmed that this copy of the data folder is the right one; see {@link
   * keepInstallation}.
   */
  kept: z.string().optional(),
  /**
   * Connections that this data folder has claimed at central; absent in files of earlier versions. It tells a lost journal
   * from a folder that was copied before its first sync.
   */
  claimed: z.array(z.string()).optional(),
});

/** `installation.json`. */
export type Installation = z.output<typeof installationSchema>;

/**
 * Identifies this installation in central's checkpoints and in every session's name. Created once, at random.
 * Two computers with the same id would take over each other's connections at every run, so a data folder that
 * appears on another computer (an imaged disk, a cloned VM, a restored backup) is refused until a person
 * decides; see {@link keepInstallation} and {@link renewInstallation}. Renaming a computer changes nothing.
 *
 * @param folder the data folder, created if missing
 * @returns the id; the same in every process, even if several ask for the first time at once
 * @throws UsageError `installation_copied` {folder, host, here}; `data_folder_unusable` and similar
 */
export function installationId(folder: string, machine: Machine = thisMachine()): string {
  return installation(folder, machine).id;
}

/** {@link installationId} with the host and the previous id. */
export function installation(folder: string, machine: Machine = thisMachine()): Installation {
  const found = recorded(folder, machine);
  switch (compare(found, machine)) {
    case 'same':
      return found;
    case 'renamed':
      return record(folder, { ...found, ...evidence(machine) });
    case 'copied':
      throw new UsageError(UsageCode.InstallationCopied, { folder, host: found.host, here: machine.host });
  }
}

/**
 * A person's decision that this computer replaces the other one: the installation stays the same. The answer
 * also counts for the next claim of each connection, which can reveal another copy of the folder; see
 * `claimConnection`.
 */
export function keepInstallation(folder: string, machine: Machine = thisMachine()): Installation {
  const { id, previous, earlier, claimed } = recorded(folder, machine);
  const kept = new Date().toISOString();
  const before = {
    ...(previous && { previous }),
    ...(earlier && { earlier }),
    ...(claimed && { claimed }),
  };
  return record(folder, { id, ...evidence(machine), ...before, kept });
}

/**
 * A person's decision that both computers keep working: this one becomes a separate installation. It takes
 * over no connection of the one that it was copied from; see `claimConnection`.
 */
export function renewInstallation(folder: string, machine: Machine = thisMachine()): Installation {
  const { id, previous, earlier = [] } = recorded(folder, machine);
  const before = previous === undefined ? {} : { earlier: [...earlier, previous] };
  return record(folder, { id: randomUUID(), ...evidence(machine), previous: id, ...before, claimed: [] });
}

/** Notes, before the first claim of a connection is sent, that this data folder claims it. */
export function noteClaimed(folder: string, connection: string, machine: Machine = thisMachine()): void {
  const found = recorded(folder, machine);
  if (found.claimed === undefined || found.claimed.includes(connection)) return;
  record(folder, { ...found, claimed: [...found.claimed, connection] });
}

/** Whether the folder belongs to this computer. If one of the two ids is unknown, the host names decide. */
function compare(found: Installation, machine: Machine): 'same' | 'renamed' | 'copied' {
  const isSameHost = sameHost(found.host, machine.host);
  if (found.machine !== undefined && machine.id !== null) {
    if (found.machine !== machine.id) return 'copied';
    return isSameHost ? 'same' : 'renamed';
  }
  // The computer's id is recorded by the first start that knows it.
  if (isSameHost) return found.machine === undefined && machine.id !== null ? 'renamed' : 'same';
  // A container, whose host name changes at each start. If two copies run at once, central distinguishes
  // them.
  return found.machine === undefined && machine.id === null ? 'renamed' : 'copied';
}

function evidence({ host, id }: Machine): Pick<Installation, 'host' | 'machine'> {
  return id === null ? { host } : { host, machine: id };
}

function record(folder: string, next: Installation): Installation {
  replaceFile(fileIn(folder), write(next));
  return next;
}

/** Reads the installation file. Creates it if it is missing and replaces it if it is damaged. */
function recorded(folder: string, machine: Machine): Installation {
  const file = fileIn(folder);
  if (!existsSync(file)) createFile(file, write({ id: randomUUID(), ...evidence(machine), claimed: [] }));
  const first = readInstallation(file);
  let current = first;
  for (let step = 0; step < MAX_STEPS; step++) {
    if (current.found !== null) {
      if (current !== first) replaceFile(file, write(current.found));
      return current.found;
    }
    current = successor(folder, current, machine);
  }
  throw new UsageError(UsageCode.DataFolderUnusable, { folder, path: folder, reason: `${file} is damaged` });
}

/** Maximum number of successors to follow, so that a chain of damaged files ends. */
const MAX_STEPS = 10;

interface Reading {
  /** Null if the file is damaged. */
  readonly found: Installation | null;
  /** Identifies this content, so that all processes that read it agree on the name of its successor. */
  readonly key: string;
}

/**
 * The installation that replaces a damaged file. It is first created under a name derived from the old
 * content: creating a file has exactly one winner, whereas with overwriting two processes that start at once
 * could end up with different ids.
 */
function successor(folder: string, old: Reading, machine: Machine): Reading {
  const file = path.join(folder, `installation-after-${old.key}.json`);
  createFile(file, write({ id: randomUUID(), ...evidence(machine), claimed: [] }));
  return readInstallation(file);
}

function fileIn(folder: string): string {
  return path.join(folder, 'installation.json');
}

function readInstallation(file: string): Reading {
  const text = readText(file);
  return {
    found: parseInstallation(text),
    key: createHash('sha256').update(text).digest('hex').slice(0, 16),
  };
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

/** Host names vary in case and domain between networks. */
function sameHost(a: string, b: string): boolean {
  return shortName(a) === shortName(b);
}

function shortName(host: string): string {
  return host.toLowerCase().split('.')[0] ?? '';
}

/** What distinguishes computers. */
interface Machine {
  readonly host: string;
  /** A hash of the system's own machine id; null if it has none (a container). */
  readonly id: string | null;
}

/** A registry that does not answer must not prevent a command from starting. */
const ANSWER_MS = 5000;

let known: Machine | null = null;

/**
 * This computer. The environment variable BRANCHLINE_MACHINE sets its id if the system's own changes at each
 * start, as in some containers.
 */
export function thisMachine(): Machine {
  const named = process.env.BRANCHLINE_MACHINE;
  if (named) return { host: os.hostname(), id: hashed(named) };
  if (known === null) {
    const id = systemId(process.platform);
    known = { host: os.hostname(), id: id === null ? null : hashed(id) };
  }
  return known;
}

/** The system's id is private, so only this hash of it, which no other program uses, is stored. */
function hashed(id: string): string {
  return createHash('sha256')
    .update(`branchline machine ${id.trim().toLowerCase()}`)
    .digest('hex')
    .slice(0, 32);
}

/** @see https://www.freedesktop.org/software/systemd/man/latest/machine-id.html */
function systemId(platform: NodeJS.Platform): string | null {
  switch (platform) {
    case 'linux':
      return fromFile('/etc/machine-id') ?? fromFile('/var/lib/dbus/machine-id');
    case 'win32':
      return fromProgram(/MachineGuid\s+REG_SZ\s+(\S+)/, 'reg', [
        'query',
        'HKLM\\SOFTWARE\\Microsoft\\Cryptography',
        '/v',
        'MachineGuid',
        '/reg:64',
      ]);
    case 'darwin':
      return fromProgram(/"IOPlatformUUID" = "([^"]+)"/, '/usr/sbin/ioreg', [
        '-rd1',
        '-c',
        'IOPlatformExpertDevice',
      ]);
    default:
      return null;
  }
}

/** A disk image that was never started has an empty file or a placeholder. */
function fromFile(file: string): string | null {
  try {
    const text = readSmallText(file).trim();
    return /^[0-9a-f]{32}$/i.test(text) ? text : null;
  } catch {
    return null;
  }
}

function fromProgram(pattern: RegExp, program: string, args: readonly string[]): string | null {
  try {
    const output = execFileSync(program, args, {
      encoding: 'utf8',
      timeout: ANSWER_MS,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return pattern.exec(output)?.[1] ?? null;
  } catch {
    return null;
  }
}

/**
 * Records a person's answer about a copied data folder.
 *
 * @param before what must be done first, under the same lease
 * @throws UsageError `installation_busy` during a run, which has signed in at head office with the previous
 *   id
 */
export function answerCopy(folder: string, answer: CopyAnswer, before: () => void = () => {}): Installation {
  const lease = tryAcquireLease(folder);
  if (lease === null) throw new UsageError(UsageCode.InstallationBusy, { folder });
  try {
    before();
    return answer === 'keep' ? keepInstallation(folder) : renewInstallation(folder);
  } finally {
    lease.release();
  }
}
