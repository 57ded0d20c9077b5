import cronstrue from 'cronstrue';
import 'cronstrue/locales/id.js';
import type { Language } from './texts/language.ts';

/**
 * A cron expression in words: `At 08:30, every day`, `Pada pukul 08.30, setiap hari`. The expression itself
 * where there are no words for it (cron-parser plans a few lists that cronstrue cannot say).
 */
export function cronWords(cron: string, language: Language): string {
  try {
    // Verbose, because "At 08:30" alone leaves open on which days.
    const options = { locale: language, use24HourTimeFormat: true, verbose: true };
    const words = cronstrue.toString(cron, options);
    return mended(words, MENDED[language]);
  } catch {
    return cron;
  }
}

type Mending = readonly (readonly [RegExp, string])[];

const ENGLISH: Mending = [
  [/^At (\d[\d, and]* minutes? past the hour), every (\d+ hours)/, 'Every $2, at $1'],
];

/** cronstrue's Indonesian is a translation word by word; these are the places where it shows. */
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

const MENDED: Readonly<Record<Language, Mending>> = { en: ENGLISH, id: INDONESIAN };

function mended(words: string, mending: Mending): string {
  return mending.reduce((text, [pattern, better]) => text.replace(pattern, better), words);
}
