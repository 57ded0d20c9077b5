import type { SettingsFile } from '../../../shared/settings.ts';

export type ScheduleFile = NonNullable<SettingsFile['schedules']>[number];

/** The settings with a schedule in place of the one of that id; behind the others where it is new (`null`). */
export function withSchedule(
  settings: SettingsFile,
  id: string | null,
  schedule: ScheduleFile,
): SettingsFile {
  const before = settings.schedules ?? [];
  const schedules = before.some((one) => one.id === id)
    ? before.map((one) => (one.id === id ? schedule : one))
    : [...before, schedule];
  return { ...settings, schedules };
}

export function withoutSchedule(settings: SettingsFile, id: string): SettingsFile {
  return { ...settings, schedules: (settings.schedules ?? []).filter((one) => one.id !== id) };
}

/** A name for a new schedule that is not taken: `schedule1`, `schedule2`, … with the word of the language. */
export function freeId(settings: SettingsFile | null, word: string): string {
  const taken = new Set((settings?.schedules ?? []).map((one) => one.id));
  for (let number = 1; ; number++) if (!taken.has(`${word}${number}`)) return `${word}${number}`;
}
