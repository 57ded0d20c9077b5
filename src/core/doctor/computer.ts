import type { Finding } from '../../shared/doctor.ts';
import { planNote } from '../../shared/schedulePlan.ts';
import type { ScheduleSettings, Settings } from '../../shared/settings.ts';
import { nextRun } from '../schedule/nextRuns.ts';
import { offsetAt } from '../schedule/zone.ts';
import { accountOf, type Keychain, KeychainError, storedAs } from '../secrets/keychain.ts';
import { settingsFile } from '../settings/load.ts';
import { VERSION } from '../version.ts';
import { type Examined, finding } from './checking.ts';
import { replacedAt } from './machine.ts';

/** What the settings name. Whether they can be used is found out before. */
export function settingsCheck({ folder, settings }: Examined): Finding {
  const connections = settings?.connections ?? [];
  const params = { file: settingsFile(folder), count: connections.length };
  if (connections.length === 0) return finding('settings_no_branch', params);
  return finding(connections.some((one) => one.enabled) ? 'settings_ok' : 'settings_all_disabled', params);
}

/**
 * Which program this is. Branchline has no updater of its own: whether a newer version exists is not known here. What can
 * be known is that the program's files were replaced since this process began, so that it is still the old one.
 */
export function programCheck({ machine }: Examined): Finding {
  const params = { version: VERSION, runtime: machine.runtime, platform: machine.platform };
  const replaced = machine.programFiles
    .map(replacedAt)
    .find((at) => at !== null && at.getTime() > machine.startedAt.getTime());
  if (replaced === undefined || replaced === null) return finding('program_ok', params);
  return finding('program_replaced', { ...params, since: replaced.toISOString() });
}

/** The keychain of the person who runs this, with what the settings need of it. */
export async function keychainCheck({ machine, settings }: Examined): Promise<Finding> {
  const { keychain } = machine;
  const trouble = (await keychain.trouble()) ?? (await whyUnreadable(keychain, settings));
  if (trouble === null) return finding('keychain_ok');
  return finding(`keychain_${trouble.reason}`, { reason: trouble.message });
}

/** A locked keychain answers questions about what it does not have: only reading what it has shows the lock. */
async function whyUnreadable(keychain: Keychain, settings: Settings | null): Promise<KeychainError | null> {
  if (settings === null) return null;
  const kept = [settings.central, ...settings.connections].filter(
    ({ password, passfile }) => password === undefined && passfile === undefined,
  );
  const tried = kept.map((one) =>
    keychain.get(accountOf(storedAs(one))).then(
      () => null,
      (error: unknown) => {
        if (error instanceof KeychainError) return error;
        throw error;
      },
    ),
  );
  return (await Promise.all(tried)).find((one) => one !== null) ?? null;
}

const DAY_MS = 86_400_000;
/** A next run that is further away than this is worth a second look at the expression. */
const FAR_MS = 31 * DAY_MS;

/** Whether the schedules ever run, and run something. The first trouble is reported. */
export function schedulesCheck({ settings, ports }: Examined): Finding {
  const all = settings?.schedules ?? [];
  const enabled = all.filter((one) => one.enabled);
  if (all.length === 0) return finding('schedules_none');
  if (enabled.length === 0) return finding('schedules_off', { count: all.length });
  const now = ports.clock.now();
  const planned = enabled.map((schedule) => ({ schedule, next: nextRun(schedule, now) }));
  const never = planned.find((one) => one.next === null);
  if (never !== undefined) return finding('schedule_never', namesOf(never.schedule));
  const on = new Set(settings?.connections.filter((one) => one.enabled).map((one) => one.id));
  const idle = enabled.find(({ connections }) =>
    connections.includes('*') ? on.size === 0 : !connections.some((one) => on.has(one)),
  );
  if (idle !== undefined) return finding('schedule_idle', namesOf(idle));
  const times = planned.flatMap(({ schedule, next }) => (next === null ? [] : [{ schedule, next }]));
  const [first] = times.toSorted((a, b) => a.next.getTime() - b.next.getTime());
  if (first === undefined) return finding('schedules_none');
  const params = { ...namesOf(first.schedule), count: enabled.length, nextAt: first.next.toISOString() };
  const far = first.next.getTime() - now.getTime() > FAR_MS;
  return finding(far ? 'schedule_far' : 'schedules_ok', params);
}

function namesOf(schedule: ScheduleSettings) {
  return { schedule: schedule.id, cron: planNote(schedule), timezone: schedule.timezone };
}

/** Whether the schedules mean the same hours as this computer's clock. */
export function timeZoneCheck({ settings, ports, machine }: Examined): Finding {
  const zone = machine.zone();
  const now = ports.clock.now().getTime();
  const other = settings?.schedules.find(
    (one) => one.enabled && offsetAt(now, one.timezone) !== offsetAt(now, zone),
  );
  if (other === undefined) return finding('zone_ok', { zone });
  return finding('zone_differs', { zone, schedule: other.id, timezone: other.timezone });
}
