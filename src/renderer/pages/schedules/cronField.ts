import type { CronField } from '../../../shared/cron.ts';

/** Which numbers a field of a cron expression takes; Sunday is both 0 and 7. */
const NUMBERS = {
  second: [0, 59],
  minute: [0, 59],
  hour: [0, 23],
  'day of month': [1, 31],
  month: [1, 12],
  'day of week': [0, 7],
} as const satisfies Readonly<Record<CronField, readonly [from: number, to: number]>>;

/** What is known of the field that a problem names; null where it names none. */
export function cronField(
  name: unknown,
): { readonly name: CronField; readonly from: number; readonly to: number } | null {
  if (typeof name !== 'string' || !isField(name)) return null;
  const [from, to] = NUMBERS[name];
  return { name, from, to };
}

function isField(name: string): name is CronField {
  return Object.hasOwn(NUMBERS, name);
}
