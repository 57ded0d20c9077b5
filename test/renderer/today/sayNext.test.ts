import { expect, it } from 'vitest';
import { sayNext } from '../../../src/renderer/pages/today/standing.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';

const say = { t: createTranslator('en'), format: createFormat('en', 'Asia/Jakarta') };

it.each([
  ['2026-11-23T05:03:27Z', 'Next scheduled run: today at 12:03'],
  // Of the branch's day, not of Greenwich's.
  ['2026-11-23T17:03:00Z', 'Next scheduled run: tomorrow at 00:03'],
  ['2026-11-25T05:03:27Z', 'Next scheduled run: Wed 25 Nov, 12:03'],
])('a run at %s is said as %s', (at, said) => {
  expect(sayNext(at, new Date('2026-11-23T02:12:00Z'), say)).toBe(said);
});
