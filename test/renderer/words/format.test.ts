import { expect, test } from 'vitest';
import { createFormat } from '../../../src/renderer/words/format.ts';

const en = createFormat('en', 'Asia/Jakarta');
const id = createFormat('id', 'Asia/Jakarta');

test('a number and its unit stay on one line, two of them need not', () => {
  expect(en.bytes(1_234_567)).toBe('1.2\u00a0MB');
  expect(en.duration(185)).toBe('3\u00a0min 05\u00a0s');
  expect(id.duration(185)).toBe('3\u00a0mnt 05\u00a0dtk');
  expect(en.rate(12_345)).toBe('12,345\u00a0rows/s');
});

test('what took no time took no seconds', () => {
  expect(en.duration(0)).toBe('0\u00a0s');
  expect(id.duration(0)).toBe('0\u00a0dtk');
  expect(en.duration(0.001)).toBe('1\u00a0ms');
});

test('a day is that of the branch, not that of UTC', () => {
  expect(en.dayOf('2026-11-22T16:59:59.999Z')).toBe('2026-11-22');
  expect(en.dayOf('2026-11-22T17:00:00.000Z')).toBe('2026-11-23');
});
