import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../../src/core/settings/load.ts';
import { cronProblem, isTimeZone } from '../../../src/shared/cron.ts';
import { refusal, testFolder } from './folder.ts';

function folderWith(...schedules: readonly unknown[]): string {
  const folder = testFolder();
  const central = { host: 'hq', database: 'dash', user: 'branchline' };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ central, connections: [], schedules }));
  return folder;
}

const problemsOf = (language: 'en' | 'id', ...schedules: readonly unknown[]) =>
  String(refusal(() => loadSettings(folderWith(...schedules), language)).params.problems).split('\n');

test('a schedule needs an id and a cron expression; the rest has defaults', () => {
  expect(loadSettings(folderWith({ id: 'morning', cron: '30 8 * * *' })).schedules).toEqual([
    {
      id: 'morning',
      cron: '30 8 * * *',
      timezone: 'UTC',
      jitterSeconds: 300,
      connections: ['*'],
      tables: ['*'],
      missed: 'once',
      enabled: true,
    },
  ]);
});

test('what cannot be planned is refused with its place and reason, in both languages', () => {
  const wrong = [
    { id: 'a', cron: '30 8 * *' },
    { id: 'b', cron: '61 8 * * *', timezone: 'Mars/Base' },
    { id: 'c', cron: '30 2 31 2 *' },
    { id: 'd', cron: '*/10 * * * * *', jitterSeconds: 4000, jiterSeconds: 1 },
    { id: 'e', cron: '0 8 * * 8' },
  ];
  expect(problemsOf('en', ...wrong)).toEqual([
    'schedules[0].cron: must have five fields, such as "30 8 * * *" (minute, hour, day of month, month, day of week)',
    'schedules[1].cron: is wrong in the field "minute"',
    'schedules[1].timezone: must be a time zone that this computer knows, such as Asia/Jakarta',
    'schedules[2].cron: never comes: there is no such date',
    'schedules[3].cron: must have one number as its second: at most one run a minute',
    'schedules[3].jitterSeconds: must be at most 3600',
    'schedules[3].jiterSeconds: is no setting that Branchline knows; did you mean "jitterSeconds"?',
    'schedules[4].cron: is wrong in the field "day of week"',
  ]);
  expect(problemsOf('id', ...wrong.slice(1, 3))).toEqual([
    'schedules[0].cron: salah di kolom "menit"',
    'schedules[0].timezone: harus zona waktu yang dikenal komputer ini, seperti Asia/Jakarta',
    'schedules[1].cron: tidak pernah tiba: tanggal itu tidak ada',
  ]);
});

test('a schedule has times of day, or a cron expression', () => {
  const daily = { id: 'daily', times: ['08:30', '17:00'], days: ['mon', 'fri'] };
  expect(loadSettings(folderWith(daily)).schedules).toMatchObject([daily]);
  const wrong = [
    { id: 'a' },
    { id: 'b', times: ['8:30', '24:00'] },
    { id: 'c', times: ['08:30'], cron: '30 8 * * *' },
    { id: 'd', cron: '30 8 * * *', days: ['mon'] },
    { id: 'e', times: [] },
    { id: 'f', times: ['08:30'], days: ['monday'] },
  ];
  expect(problemsOf('en', ...wrong)).toEqual([
    'schedules[0].times: is missing: say when the schedule is due by "times" or by "cron"',
    'schedules[1].times[0]: must be a time of day with four digits, such as 07:00',
    'schedules[1].times[1]: must be a time of day with four digits, such as 07:00',
    'schedules[2].cron: does not go with "times": keep one of the two',
    'schedules[3].days: does not go with "cron": keep one of the two',
    expect.stringMatching(/^schedules\[4\]\.times: /),
    'schedules[5].days[0]: must be one of mon, tue, wed, thu, fri, sat, sun',
  ]);
});

test('two schedules of one id are refused', () => {
  const one = { id: 'morning', cron: '30 8 * * *' };
  expect(problemsOf('en', one, one)).toEqual(['schedules[1].id: is there twice: "morning"']);
});

describe('cron expressions', () => {
  test.each([
    '30 8 * * *',
    '*/15 8-17 * * MON-FRI',
    '15 30 8 * * *',
    '0 8 L * *',
    '0 8 * * 5L',
    '0 8 ? MAR 1#1',
    '0 8 29 2 *',
    ' 0  8 * * 7 ',
    '0 8 * * THU',
  ])('%s is one', (cron) => {
    expect(cronProblem(cron)).toBeNull();
  });

  test.each([
    ['', { reason: 'cron_fields' }],
    ['@daily', { reason: 'cron_fields' }],
    ['0 0 8 * * * 2026', { reason: 'cron_fields' }],
    ['H 8 * * *', { reason: 'cron_field', field: 'minute' }],
    ['0 8 LW * *', { reason: 'cron_field', field: 'day of month' }],
    ['0 8 * FOO *', { reason: 'cron_field', field: 'month' }],
    ['* 0 8 * * *', { reason: 'cron_often' }],
    ['0 0 31 4,6 *', { reason: 'cron_never' }],
  ])('%s is none', (cron, problem) => {
    expect(cronProblem(cron)).toEqual(problem);
  });
});

test('time zones are those of the system', () => {
  expect(['Asia/Jakarta', 'UTC', '+07:00'].map(isTimeZone)).toEqual([true, true, true]);
  expect(['local', 'WIB', '', 'Asia/Djakarta'].map(isTimeZone)).toEqual([false, false, false, false]);
});
