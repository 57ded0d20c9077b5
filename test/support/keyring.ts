import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no keyring can be tried here; null where it can. */
export function keyringMissing(): string | null {
  if (process.platform !== 'linux') return 'the tests know a keyring of their own on Linux alone';
  for (const [program, name] of [
    ['dbus-daemon', 'dbus'],
    ['gnome-keyring-daemon', 'gnome-keyring'],
  ] as const) {
    if (spawnSync(program, ['--version']).error !== undefined)
      return `there is no ${program}: install the Debian package ${name} (apt-get install ${name})`;
  }
  return null;
}

/** A D-Bus session of a test, in which a keyring may run. Nothing of the desktop's own is touched. */
export interface Session extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  /** Runs a program in the session until the test ends. */
  start(command: string, args: readonly string[], input?: string): ChildProcess;
}

export async function startSession(): Promise<Session> {
  const folder = mkdtempSync(join(tmpdir(), 'branchline-session-'));
  const children: ChildProcess[] = [];
  // Without a display: on one a locked keyring would ask a person who is not there, and wait.
  const { DISPLAY: _x11, WAYLAND_DISPLAY: _wayland, ...undisplayed } = process.env;
  const base = { ...undisplayed, XDG_DATA_HOME: folder, XDG_RUNTIME_DIR: folder };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], {
    env: base,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  children.push(bus);
  const [address] = await once(bus.stdout, 'data');
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: String(address).trim() };
  return {
    env,
    start: (command, args, input = '') => {
      const child = spawn(command, [...args], { env, stdio: ['pipe', 'pipe', 'ignore'] });
      child.stdin.end(input);
      children.push(child);
      return child;
    },
    [Symbol.asyncDispose]: async () => {
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same, with a GNOME keyring that is unlocked. It ends with its bus. */
export async function startKeyring(): Promise<Session> {
  const session = await startSession();
  const args = ['--unlock', '--components=secrets', '--daemonize'];
  const begun = spawnSync('gnome-keyring-daemon', args, {
    env: session.env,
    input: 'the keyring’s password',
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: 20_000,
  });
  if (begun.status !== 0) throw new Error(`gnome-keyring-daemon ended with ${begun.status ?? begun.signal}`);
  return session;
}

export function lock({ env }: Session): void {
  const args = ['--session', '--print-reply', '--dest=org.freedesktop.secrets', '/org/freedesktop/secrets'];
  const list = 'array:objpath:/org/freedesktop/secrets/collection/login';
  const done = spawnSync('dbus-send', [...args, 'org.freedesktop.Secret.Service.Lock', list], { env });
  if (done.status !== 0) throw new Error(`dbus-send ended with ${done.status ?? done.signal}`);
}
