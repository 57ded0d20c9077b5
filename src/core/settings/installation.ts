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
  /** See Machine; absent where the computer has no id, and in files of earlier versions. */
  machine: z.string().optional(),
  /** The installation whose data folder this one began as a copy of. */
  previous: z.uuid().optional(),
  /** Those before it, the oldest first. */
  earlier: z.array(z.uuid()).optional(),
  /** When a person has said last that this copy of the data folder is the right one; see {@link keepInstallation}. */
  kept: z.string().optional(),
});

/** `installation.json`. */
export type Installation = z.output<typeof installationSchema>;

/**
 * Who this installation is, in the central database's checkpoints and in every session's name. Made once, at random.
 * Two computers with one id would take each other's connections at every run, so a data folder that turns up on
 * another computer (an imaged disk, a cloned VM, a restored backup) is refused until a person has said which of the
 * two it is; see {@link keepInstallation} and {@link renewInstallation}. A computer that was only renamed goes on.
 *
 * @param folder the data folder, made where it is missing
 * @returns the id; the same to every process, also where several ask for the first time at once
 * @throws UsageError `installation_copied` {folder, host, here}; `data_folder_unusable` and its like
 */
export function installationId(folder: string, machine: Machine = thisMachine()): string {
  return installation(folder, machine).id;
}

/** As {@link installationId}, with the host and the previous id. */
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
 * A person says that this computer has taken the other one's place: the installation stays what it is. The answer also
 * counts for the next claim of each connection, at which another copy of the folder may show; see `claimConnection`.
 */
export function keepInstallation(folder: string, machine: Machine = thisMachine()): Installation {
  const { id, previous, earlier } = recorded(folder, machine);
  const kept = new Date().toISOString();
  const before = { ...(previous && { previous }), ...(earlier && { earlier }) };
  return record(folder, { id, ...evidence(machine), ...before, kept });
}

/**
 * A person says that both computers work: this one becomes an installation of its own. It takes no connection of the
 * one that it was copied from; see `claimConnection`.
 */
export function renewInstallation(folder: string, machine: Machine = thisMachine()): Installation {
  const { id, previous, earlier = [] } = recorded(folder, machine);
  const before = previous === undefined ? {} : { earlier: [...earlier, previous] };
  return record(folder, { id: randomUUID(), ...evidence(machine), previous: id, ...before });
}

/** Whether the folder is this computer's. Where one of the two ids is not known, the host names have to tell. */
function compare(found: Installation, machine: Machine): 'same' | 'renamed' | 'copied' {
  const isSameHost = sameHost(found.host, machine.host);
  if (found.machine !== undefined && machine.id !== null) {
    if (found.machine !== machine.id) return 'copied';
    return isSameHost ? 'same' : 'renamed';
  }
  // Noted down by the first start that knows it.
  if (isSameHost) return found.machine === undefined && machine.id !== null ? 'renamed' : 'same';
  // A container, whose host name is another at each start: central tells two of them apart while both run.
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
  if (!existsSync(file)) createFile(file, write({ id: randomUUID(), ...evidence(machine) }));
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
  /** Null where the file is damaged. */
  readonly found: Installation | null;
  /** Names this content: every process that reads it agrees on the name of its successor. */
  readonly key: string;
}

/**
 * The installation that comes after a file that is damaged. It is first written to a file whose name follows from the
 * old content, because making a new file has one winner and overwriting has none: two processes that start at once
 * would end up with different ids.
 */
function successor(folder: string, old: Reading, machine: Machine): Reading {
  const file = path.join(folder, `installation-after-${old.key}.json`);
  createFile(file, write({ id: randomUUID(), ...evidence(machine) }));
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

/** Host names differ in case and domain from one network to the next without being another machine. */
function sameHost(a: string, b: string): boolean {
  return shortName(a) === shortName(b);
}

function shortName(host: string): string {
  return host.toLowerCase().split('.')[0] ?? '';
}

/** What tells one computer from another. */
interface Machine {
  readonly host: string;
  /** A hash of the system's own id of the computer; null where it has none (a container). */
  readonly id: string | null;
}

/** A registry that does not answer must not keep a command from starting. */
const ANSWER_MS = 5000;

let known: Machine | null = null;

/**
 * This computer. The environment variable BRANCHLINE_MACHINE names it where the system's own id changes at each start,
 * as in some containers.
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

/** The system's id is nobody else's business: only this hash, which other programs do not make, is written down. */
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

/** An image that is yet to be started has an empty file, or says so in it. */
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
 * Records a person's answer about a data folder of which there is a copy.
 *
 * @param before what must be done first, under the same lease
 * @throws UsageError `installation_busy` where a run is at work: it has signed in at head office with the id of before
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
