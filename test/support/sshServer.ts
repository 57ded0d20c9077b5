import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, signal } from '../../src/demo/server/processes.ts';
import { steadyPort } from './steadyPort.ts';

const SSHD = '/usr/sbin/sshd';
/** Passwords of a test's own sshd. */
const SHADOW = 'shadow';

/** Why there is no SSH server to test with; null where there is one. */
export function noSshd(): string | null {
  return existsSync(SSHD) ? null : 'there is no sshd: apt-get install openssh-server';
}

/** Why no sshd can be given passwords of its own; null where one can. */
export function noPasswords(): string | null {
  if (noSshd() !== null) return noSshd();
  const can = spawnSync('unshare', ['-m', 'true']).status === 0 && userInfo().uid === 0;
  return can ? null : 'only root can give an sshd a password file of its own (unshare -m)';
}

/** How the test's sshd is set up. */
export interface SshServerOptions {
  /** In front of the key in authorized_keys. Default: forwarding to anywhere and nothing else. */
  readonly keyOptions?: string;
  /** Lets the user in with this password, which it alone sees; {@link noPasswords} says whether that can be done. */
  readonly password?: string;
  /** Further lines of sshd_config. */
  readonly config?: readonly string[];
}

/** A real sshd of a test's own, whose only user is whoever runs the test. It ends with `await using`. */
export interface SshServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Temporary files of the test. */
  readonly folder: string;
  /** The private key that it lets in, without a passphrase. */
  readonly keyFile: string;
  /** `SHA256:…` of the key that it shows now. */
  hostKey(): string;
  /** A new key that it does not let in, or lets in with these options. */
  makeKey(name: string, options?: { readonly passphrase?: string; readonly admit?: boolean }): string;
  /** Ends all that is open and starts it with a new host key. */
  renewHostKey(): Promise<void>;
  /** Cuts the connections that are open; new ones are taken. */
  cutAll(): Promise<void>;
  /** Stops all its processes: connections stay open and silent, as when a machine sleeps. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  log(): string;
}

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-sshd-'));
  const port = await steadyPort();
  const { username, uid } = userInfo();
  // As the system's own service makes it before it starts.
  if (uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const keyOptions = options.keyOptions ?? 'restrict,port-forwarding';
  const authorized = join(folder, 'authorized_keys');
  const makeKey: SshServer['makeKey'] = (name, { passphrase = '', admit = false } = {}) => {
    const file = join(folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file]);
    if (admit) appendFileSync(authorized, `${keyOptions} ${readFileSync(`${file}.pub`, 'utf8')}`);
    return file;
  };
  const hostKeyFile = makeKey('host_key');
  const keyFile = makeKey('client_key', { admit: true });
  const logFile = join(folder, 'sshd.log');
  const { password } = options;
  const config = [
    ...(options.config ?? []),
    ...(password === undefined ? [] : ['PasswordAuthentication yes']),
  ];
  writeFileSync(join(folder, 'sshd_config'), configOf(folder, port, config).join('\n'));
  if (password !== undefined) {
    const hash = execFileSync('openssl', ['passwd', '-6', password], { encoding: 'utf8' }).trim();
    writeFileSync(join(folder, SHADOW), `${username}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 });
  }
  let daemon = await startDaemon(folder, port, logFile);

  const sessions = async (): Promise<readonly number[]> => {
    const own = await childrenOf(daemon.pid ?? 0);
    const deeper = await Promise.all(own.map((pid) => childrenOf(pid)));
    return [...own, ...deeper.flat()];
  };
  const stop = async (): Promise<void> => {
    const all = await sessions();
    daemon.kill('SIGKILL');
    for (const pid of all) signal(pid, 'SIGKILL');
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit');
  };
  return {
    host: '127.0.0.1',
    port,
    user: username,
    folder,
    keyFile,
    makeKey,
    hostKey: () => {
      const told = execFileSync('ssh-keygen', ['-l', '-f', `${hostKeyFile}.pub`], { encoding: 'utf8' });
      return told.split(' ')[1] ?? '';
    },
    renewHostKey: async () => {
      await stop();
      for (const file of [hostKeyFile, `${hostKeyFile}.pub`]) rmSync(file);
      makeKey('host_key');
      daemon = await startDaemon(folder, port, logFile);
    },
    cutAll: async () => {
      for (const pid of await sessions()) signal(pid, 'SIGKILL');
    },
    freeze: async () => {
      for (const pid of [daemon.pid ?? 0, ...(await sessions())]) signal(pid, 'SIGSTOP');
    },
    thaw: async () => {
      for (const pid of [daemon.pid ?? 0, ...(await sessions())]) signal(pid, 'SIGCONT');
    },
    log: () => readFileSync(logFile, 'utf8'),
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string, port: number, more: readonly string[]): readonly string[] {
  return [
    // The first line of a kind counts.
    ...more,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UsePAM no',
    // The temporary folder of a test is not anybody's home.
    'StrictModes no',
    'PerSourcePenalties no',
    '',
  ].filter((line) => !line.startsWith('PerSource') || hasPenalties());
}

/** OpenSSH from 9.8 on keeps whoever signs in wrongly away for a while, and older ones do not know the word. */
function hasPenalties(): boolean {
  const { stderr } = execResult(SSHD, ['-V']);
  const [, major = '0', minor = '0'] = /OpenSSH_(\d+)\.(\d+)/.exec(stderr) ?? [];
  return Number(major) * 100 + Number(minor) >= 908;
}

function execResult(program: string, args: readonly string[]): { readonly stderr: string } {
  try {
    return { stderr: execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
  } catch (error) {
    return { stderr: String(Reflect.get(Object(error), 'stderr') ?? '') };
  }
}

async function startDaemon(folder: string, port: number, logFile: string): Promise<ChildProcess> {
  const command = [SSHD, '-D', '-f', join(folder, 'sshd_config'), '-E', logFile];
  const own = join(folder, SHADOW);
  const [program = '', ...args] = existsSync(own)
    ? ['unshare', '-m', 'sh', '-c', `mount --bind ${own} /etc/shadow && exec ${command.join(' ')}`]
    : command;
  const child = spawn(program, args, { stdio: 'ignore' });
  for (let attempt = 1; attempt <= 100; attempt++) {
    if (child.exitCode !== null) break;
    if (await answers(port)) return child;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`sshd did not start: ${existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
