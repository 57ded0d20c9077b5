import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '../../../../src/shared/texts/language.ts';

/** Hours at which branches copy, where the branch is. */
const HOURS = [7, 12, 18, 23];
const ZONE = { name: 'Asia/Jakarta', hours: 7 };

/** The schedule by which {@link addSchedules} copies every day. */
export const SCHEDULE = 'daily';

/** When it is due: not within the next hour, so that nothing begins to run while the window is looked at. */
function dailyHours(now = new Date()): readonly number[] {
  const here = (now.getUTCHours() + ZONE.hours) % 24;
  return HOURS.filter((hour) => (hour - here + 24) % 24 > 1).slice(0, 2);
}

/** When it was due on a day, ISO 8601 in UTC. */
export function dueOn(day: Date): readonly string[] {
  return dailyHours().map((hour) => {
    const at = new Date(day);
    at.setUTCHours(hour - ZONE.hours, 0, 0, 0);
    return at.toISOString();
  });
}

/** Nearly as long as the made-up past goes back, so that a clean-up finds a little. */
const KEPT_DAYS = 82;

/** Schedules as a branch has them, one of them off. */
export function addSchedules(folder: string, language: Language): void {
  const file = join(folder, 'settings.json');
  const settings: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  const timezone = ZONE.name;
  const schedules = [
    { id: SCHEDULE, cron: `0 ${dailyHours().join(',')} * * *`, timezone },
    { id: 'stock_hourly', cron: '15 */2 * * 1-6', timezone, tables: ['m_storageonhand'], enabled: false },
  ];
  writeFileSync(
    file,
    JSON.stringify({ ...settings, language, schedules, retention: { days: KEPT_DAYS } }, null, 2),
  );
}
