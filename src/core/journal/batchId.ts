import type { Clock, Random } from '../ports.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A new batch id: `sync_20251108_143052_aB3dEf9h`, local date and time and 8 random alphanumerics. */
export function newBatchId(clock: Clock, random: Random): string {
  const now = clock.now();
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('');
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join('');
  const tail = Array.from({ length: 8 }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
  return `sync_${date}_${time}_${tail}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
