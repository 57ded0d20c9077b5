import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync('src/renderer/style.css', 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');

test.each([
  ['light', light],
  ['dark', dark],
])('every text colour can be read on every ground in the %s scheme', (_scheme, block) => {
  const colour = coloursOf(block);
  for (const text of ['text', 'quiet', 'accent', 'good', 'bad', 'warn']) {
    for (const ground of ['ground', 'side']) {
      expect.soft(contrast(colour(text), colour(ground)), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  }
  // Under the mouse, a batch in the list lies on the colour of lines.
  expect(contrast(colour('text'), colour('line'))).toBeGreaterThanOrEqual(4.5);
});

function coloursOf(block: string): (name: string) => string {
  return (name) => new RegExp(`--${name}: #([0-9a-f]{6})`).exec(block)?.[1] ?? expect.unreachable(name);
}

/** WCAG 2.2, "contrast ratio": 1 to 21. */
function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

/** WCAG 2.2, "relative luminance", of an sRGB colour. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
