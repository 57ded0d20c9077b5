import { visibleLines } from '../shared/visible.ts';
import type { World } from './world.ts';

type Hints = Pick<World, 'env' | 'platform'>;

/** Whether to colour what goes to a stream. `--no-color` is the person's; NO_COLOR is https://no-color.org. */
export function wantsColor(stream: { readonly isTTY?: boolean }, { env }: Hints, flag: boolean): boolean {
  if (!flag || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/**
 * Whether the terminal shows more than ASCII. The old Windows console and Linux's text console lack
 * the glyphs; a locale that says another encoding than UTF-8 is believed, and one that says nothing is
 * not taken for a no.
 */
export function showsUnicode({ env, platform }: Hints): boolean {
  if (platform === 'win32') {
    return Boolean(env.WT_SESSION || env.TERM_PROGRAM || env.ConEmuTask) || /^xterm/.test(env.TERM ?? '');
  }
  if (env.TERM === 'linux') return false;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Whether lines can be drawn over. */
export function canDrawOver(stream: { readonly isTTY?: boolean }, { env }: Hints): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && !env.CI;
}

/** What picocolors writes for the colours that we use. */
const COLOURS = new RegExp(`(${'\u001b'}\\[(?:1|2|22|3[1-6]|39)m)`);

/**
 * A line for a terminal: nothing but colours of ours does anything in it. Texts of others are escaped where they enter
 * a line; this is for one that was forgotten.
 */
export function withoutEffects(line: string): string {
  return line
    .split(COLOURS)
    .map((part, index) => (index % 2 === 1 ? part : visibleLines(part)))
    .join('');
}

const ASCII: Readonly<Record<string, string>> = { '…': '...', '·': '-', '–': '-', '—': '-' };

/** The few characters of our texts that ASCII lacks, in ASCII. Data is left as it is. */
export function inAscii(text: string): string {
  return text.replace(/[…·–—]/g, (character) => ASCII[character] ?? character);
}
