import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import os from 'node:os';
import { readSmallText } from './smallFile.ts';

/** What tells one computer from another. */
export interface Machine {
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
