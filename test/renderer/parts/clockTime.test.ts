import { expect, test } from 'vitest';
import { parseClockTime } from '../../../src/renderer/parts/clockTime.ts';

test.each([
  ['8', '08:00'],
  ['08', '08:00'],
  ['8:30', '08:30'],
  ['08.30', '08:30'],
  ['830', '08:30'],
  ['0830', '08:30'],
  [' 23 : 59 ', '23:59'],
  ['0', '00:00'],
])('%j is a time', (typed, time) => {
  expect(parseClockTime(typed)).toBe(time);
});

test.each(['', '24', '24:00', '8:60', '8:3', '8:', '-8', '8 pm', '12345', 'x'])('%j is none', (typed) => {
  expect(parseClockTime(typed)).toBe(null);
});
