import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '../../../../src/shared/texts/language.ts';

/** Hours at which branches copy; see {@link addSchedules}. */
const HOURS = [7, 12, 18, 23];

/**
 * Schedules as a branch has them, one of them off. None comes due within the next hour, so that nothing begins to run
 * while the window is looked at.
 */
export function addSchedules(folder: string, language: Language): void {
  const file = join(folder, 'settings.json');
  const settings: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  const here = (new Date().getUTCHours() + 7) % 24;
  const hours = HOURS.filter((hour) => (hour - here + 24) % 24 > 1).slice(0, 2);
  const timezone = 'Asia/Jakarta';
  const schedules = [
    { id: 'daily', cron: `0 ${hours.join(',')} * * *`, timezone },
    { id: 'stock_hourly', cron: '15 */2 * * 1-6', timezone, tables: ['m_storageonhand'], enabled: false },
  ];
  writeFileSync(file, JSON.stringify({ ...settings, language, schedules }, null, 2));
}
