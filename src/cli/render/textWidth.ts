import stringWidth from 'string-width';

/**
 * Characters of one column each: ASCII, Latin letters, and the signs of our own tables. No control characters
 * and no soft hyphen.
 */
const OF_ONE_COLUMN =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2013\u2014\u2018-\u201d\u2026\u25cb\u25cf\u25d0\u2713\u2717]*$/;

/**
 * How many columns a text takes in a terminal. The library compiles Unicode's tables of emoji at its first
 * call, which takes as long as a tenth of a command's start, so it is called only for what needs them.
 */
export function textWidth(text: string): number {
  return OF_ONE_COLUMN.test(text) ? text.length : stringWidth(text);
}
