import type { Finding } from '../../shared/doctor.ts';
import { type Examined, finding } from './checking.ts';
import type { Machine } from './machine.ts';

/** Whether this computer goes to sleep by itself: a sleeping computer keeps no schedule. */
export async function sleepCheck({ machine }: Pick<Examined, 'machine'>): Promise<Finding> {
  switch (machine.platform) {
    case 'win32':
      return onWindows(machine);
    case 'darwin':
      return onMac(machine);
    case 'linux':
      return onLinux(machine);
    default:
      return finding('sleep_unknown', { reason: machine.platform });
  }
}

function after(minutes: number): Finding {
  return minutes > 0 ? finding('sleep_after', { minutes }) : finding('sleep_never');
}

function unknown(command: string): Finding {
  return finding('sleep_unknown', { reason: command });
}

const POWERCFG = ['/query', 'SCHEME_CURRENT', 'SUB_SLEEP', 'STANDBYIDLE'] as const;

/** The plan for a computer on mains; a server has no battery. */
async function onWindows(machine: Machine): Promise<Finding> {
  const text = await machine.run('powercfg', POWERCFG);
  const seconds = text === null ? null : powercfgSeconds(text);
  return seconds === null ? unknown(`powercfg ${POWERCFG.join(' ')}`) : after(Math.ceil(seconds / 60));
}

/**
 * Idle time on mains before sleep, in seconds; 0: never. The output is in the system's language, so only its numbers are
 * read: the last two are the current values on mains and on battery, both in hexadecimal.
 *
 * @returns null if there are no such numbers: a computer that cannot sleep lists no values
 */
export function powercfgSeconds(text: string): number | null {
  const values = [...text.matchAll(/\b0x([0-9a-f]{8})\b/gi)].map(([, digits = '']) =>
    Number.parseInt(digits, 16),
  );
  return values.at(-2) ?? null;
}

async function onMac(machine: Machine): Promise<Finding> {
  const text = await machine.run('pmset', ['-g', 'custom']);
  const minutes = text === null ? null : pmsetMinutes(text);
  return minutes === null ? unknown('pmset -g custom') : after(minutes);
}

/** Idle minutes on mains before sleep; 0: never. Null if the output does not say it. */
export function pmsetMinutes(text: string): number | null {
  const mains = /AC Power:([\s\S]*?)(?:\n\S|$)/.exec(text)?.[1] ?? text;
  const found = /^\s*sleep\s+(\d+)/m.exec(mains)?.[1];
  return found === undefined ? null : Number(found);
}

/** Actions of logind and GNOME after which no schedule is kept. */
const SLEEPS = /suspend|hibernate|sleep|halt|poweroff|kexec|shutdown|logout/;

async function onLinux(machine: Machine): Promise<Finding> {
  const [target, idle, action, seconds] = await Promise.all([
    machine.run('systemctl', ['is-enabled', 'sleep.target']),
    machine.run('loginctl', ['show-session', '--property=IdleAction', '--property=IdleActionUSec']),
    machine.run('gsettings', ['get', 'org.gnome.settings-daemon.plugins.power', 'sleep-inactive-ac-type']),
    machine.run('gsettings', ['get', 'org.gnome.settings-daemon.plugins.power', 'sleep-inactive-ac-timeout']),
  ]);
  // Masked: nothing can put the computer to sleep.
  if (target?.trim() === 'masked') return finding('sleep_never');
  const logind = /^IdleAction=(.+)$/m.exec(idle ?? '')?.[1];
  if (logind !== undefined && SLEEPS.test(logind)) return finding('sleep_idle', { action: logind });
  const gnome = Number(/\d+/.exec(seconds ?? '')?.[0] ?? 0);
  if (action !== null && SLEEPS.test(action) && gnome > 0) return after(Math.ceil(gnome / 60));
  return logind === undefined
    ? unknown('loginctl show-session --property=IdleAction')
    : finding('sleep_never');
}
