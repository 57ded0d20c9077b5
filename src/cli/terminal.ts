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

const ASCII: Readonly<Record<string, string>> = { '…': '...', '·': '-', '–': '-', '—': '-' };

/** The few characters of our texts that ASCII lacks, in ASCII. Data is left as it is. */
export function inAscii(text: string): string {
  return text.replace(/[…·–—]/g, (character) => ASCII[character] ?? character);
}
