import { expect, test } from 'vitest';
import { cronWords } from '../../src/shared/cron.ts';

test.each([
  ['30 8 * * *', 'At 08:30, every day', 'Pada pukul 08.30, setiap hari'],
  ['15 30 8 * * *', 'At 08:30:15, every day', 'Pada pukul 08.30.15, setiap hari'],
  ['*/15 * * * *', 'Every 15 minutes, every hour, every day', 'Setiap 15 menit, setiap jam, setiap hari'],
  [
    '0 8-17 * * 1-5',
    'Every hour, between 08:00 and 17:00, Monday through Friday',
    'Setiap jam, antara pukul 08.00 dan 17.00, Senin sampai Jumat',
  ],
  [
    '30 8,12,17 * * 0',
    'At 08:30, 12:30 and 17:30, only on Sunday',
    'Pada pukul 08.30, 12.30 dan 17.30, hanya pada Minggu',
  ],
  [
    '0 8 L * *',
    'At 08:00, on the last day of the month',
    'Pada pukul 08.00, pada hari terakhir setiap bulan',
  ],
  [
    '0 8 * * 1#1',
    'At 08:00, on the first Monday of the month',
    'Pada pukul 08.00, pada Senin pertama setiap bulan',
  ],
  [
    '0 8 1,10,20 * *',
    'At 08:00, on day 1, 10, and 20 of the month',
    'Pada pukul 08.00, pada tanggal 1, 10, dan 20',
  ],
  ['0 8 1-7 * *', 'At 08:00, between day 1 and 7 of the month', 'Pada pukul 08.00, antara tanggal 1 dan 7'],
  [
    '5 * * * *',
    'At 5 minutes past the hour, every hour, every day',
    'Pada menit ke-5 setiap jam, setiap hari',
  ],
  [
    '15 */2 * * 1-6',
    'Every 2 hours, at 15 minutes past the hour, Monday through Saturday',
    'Setiap 2 jam, pada menit ke-15, Senin sampai Sabtu',
  ],
  [
    '0 8 1 */3 *',
    'At 08:00, on day 1 of the month, every 3 months',
    'Pada pukul 08.00, pada tanggal 1, setiap 3 bulan',
  ],
])('%s is described in both languages', (cron, english, indonesian) => {
  expect(cronWords(cron, 'en')).toBe(english);
  expect(cronWords(cron, 'id')).toBe(indonesian);
});

test('an expression without a description is shown unchanged', () => {
  expect(cronWords('H 8 * * *', 'en')).toBe('H 8 * * *');
});
