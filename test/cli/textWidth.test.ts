import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { textWidth } from '../../src/cli/render/textWidth.ts';

test('every character is as wide as the library says', () => {
  const other = [];
  for (let code = 0; code <= 0x2fff; code++) {
    const text = String.fromCodePoint(code);
    if (textWidth(text) !== stringWidth(text)) other.push(code.toString(16));
  }
  expect(other).toEqual([]);
});

test.each([
  '',
  'Tabel',
  'Größe – „ja“',
  'e\u0301',
  '日本',
  '👩‍👩‍👧',
  'a\u00adb',
  '\u001b[31mred\u001b[39m',
  '✓ x',
  '1️⃣',
])('a text is as wide as the library says: %j', (text) => expect(textWidth(text)).toBe(stringWidth(text)));
