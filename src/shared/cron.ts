import { CronExpressionParser } from 'cron-parser';
import cronstrue from 'cronstrue';
import 'cronstrue/locales/id.js';
import type { Language } from './texts/language.ts';

/** A problem of a cron expression, with the same reason names as in src/core/settings/reasons.ts. */
export type CronProblem =
  | { readonly reason: 'cron_fields' }
  | { readonly reason: 'cron_field'; readonly field: CronField }
  | { readonly reason: 'cron_often' }
  | { readonly reason: 'cron_never' };

const FIELDS = ['second', 'minute', 'hour', 'day of month', 'month', 'day of week'] as const;
export type CronField = (typeof FIELDS)[number];

/**
 * What is wrong with a cron expression, or null if it is valid: five fields, or six with seconds first.
 *
 * Stricter than cron-parser, which fills in missing fields (`8 * *`), accepts names such as `@daily` that
 * cronstrue cannot describe, and picks random times for `H`. More than one run per minute is refused: a sync
 * takes longer, and stepping through such a plan would cost more than the runs.
 */
export function cronProblem(cron: string): CronProblem | null {
  const fields = cronFields(cron);
  if (fields === null) return { reason: 'cron_fields' };
  const wrong = fields.findIndex((text, index) => !isField(text, index));
  const field = FIELDS[wrong];
  if (field !== undefined) return { reason: 'cron_field', field };
  if (!/^\d+$/.test(fields[0] ?? '')) return { reason: 'cron_often' };
  return everComes(fields) ? null : { reason: 'cron_never' };
}

/** Whether this computer knows the time zone: an IANA name such as `Asia/Jakarta`, or an offset (`+07:00`). */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The six fields, with second 0 added if there are five; null if there are neither five nor six. */
function cronFields(cron: string): readonly string[] | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length === 6) return fields;
  return fields.length === 5 ? ['0', ...fields] : null;
}

/** Whether one field is valid by itself, with `*` in all others. */
function isField(text: string, index: number): boolean {
  // `H` is a random time. The letter is otherwise only in month and weekday names such as MAR and THU, never
  // at the start.
  if (/(^|,)H/i.test(text)) return false;
  return parses(FIELDS.map((_, at) => (at === index ? text : '*')).join(' '));
}

/** Whether the expression has a next time: cron-parser rejects or never finds the 31st of February. */
function everComes(fields: readonly string[]): boolean {
  const cron = fields.join(' ');
  return parses(cron) && CronExpressionParser.parse(cron, { tz: 'UTC' }).hasNext();
}

function parses(cron: string): boolean {
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' });
    return true;
  } catch {
    return false;
  }
}

/**
 * A cron expression in words: `At 08:30, every day`, `Pada pukul 08.30, setiap hari`. Returns the expression
 * itself if cronstrue cannot describe it, as with a few lists that cron-parser accepts.
 */
export function cronWords(cron: string, language: Language): string {
  try {
    // Verbose, because "At 08:30" alone does not say on which days.
    const { locale, mending } = SPOKEN[language];
    const options = { locale, use24HourTimeFormat: true, verbose: true };
    const words = cronstrue.toString(cron, options);
    return mended(words, mending);
  } catch {
    return cron;
  }
}

type Mending = readonly (readonly [RegExp, string])[];

const ENGLISH: Mending = [
  [/^At (\d[\d, and]* minutes? past the hour), every (\d+ hours)/, 'Every $2, at $1'],
];

/** Corrections for cronstrue's Indonesian, which is translated word by word. */
const INDONESIAN: Mending = [
  [/\b(\d\d):(\d\d)(?::(\d\d))?/g, '$1.$2.$3'],
  [/(\d\d\.\d\d)\.(?!\d)/g, '$1'],
  [/\bPada (?=\d\d\.)/g, 'Pada pukul '],
  [/\bdiantara (?=\d)/g, 'antara pukul '],
  [/\bTepat pada jam\b/g, 'Tepat pada awal jam'],
  [/\bPada (\S.*?) menit melewati jam\b/g, 'Pada menit ke-$1 setiap jam'],
  [/(menit ke-[^,]* setiap jam), setiap jam\b/g, '$1'],
  [/^Pada (menit ke-[^,]*) setiap jam, setiap (\d+ jam)\b/, 'Setiap $2, pada $1'],
  [/\bhari terakhir bulan ini\b/g, 'hari terakhir setiap bulan'],
  [/\bterakhir bulan ini\b/g, 'terakhir setiap bulan'],
  [/\b(pada|antara) hari (\d[\d, adn]*?) dalam sebulan\b/g, '$1 tanggal $2'],
  [/\bsetiap bulan (\d+) ?/g, 'setiap $1 bulan'],
  [/\bdi (pertama|kedua|ketiga|keempat|kelima) (\S+) pada bulan\b/g, 'pada $2 $1 setiap bulan'],
];

/** cronstrue's name for each language; for a language it lacks, another one that people read. */
const SPOKEN: Readonly<Record<Language, { readonly locale: string; readonly mending: Mending }>> = {
  en: { locale: 'en', mending: ENGLISH },
  id: { locale: 'id', mending: INDONESIAN },
};

function mended(words: string, mending: Mending): string {
  return mending.reduce((text, [pattern, better]) => text.replace(pattern, better), words);
}
