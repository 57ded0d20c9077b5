import { expect, it } from 'vitest';
import { timeLeft } from '../../../src/renderer/parts/clockTime.ts';

it.each([
  [0.2, { kind: 'few' }],
  [9.9, { kind: 'few' }],
  [10, { kind: 'seconds', seconds: 10 }],
  [63, { kind: 'seconds', seconds: 65 }],
  [597, { kind: 'seconds', seconds: 595 }],
  [599, { kind: 'minutes', minutes: 10 }],
  [600, { kind: 'minutes', minutes: 10 }],
  [755, { kind: 'minutes', minutes: 13 }],
  [3_590, { kind: 'seconds', seconds: 3_600 }],
  [4_000, { kind: 'seconds', seconds: 4_020 }],
])('of %s seconds no more is said than can be known', (seconds, said) => {
  expect(timeLeft(seconds)).toEqual(said);
});
