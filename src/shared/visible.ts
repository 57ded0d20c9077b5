/** Scripts in which a joiner between letters changes how they are written. */
const JOINED = [
  'Arabic Syriac Nko Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala',
  'Khmer Myanmar Tibetan Balinese Javanese Sundanese',
]
  .flatMap((line) => line.split(' '))
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const LETTER = `[[${JOINED}]--\\p{Default_Ignorable_Code_Point}]`;
const EMOJI = '\\p{Extended_Pictographic}';

/** A joiner or an emoji selector in a place where it has an effect on what is seen. */
const AT_WORK = [
  `(?<=${LETTER})[\\u200c\\u200d](?=${LETTER})`,
  `(?<=${EMOJI}\\ufe0f?|\\p{Emoji_Modifier})\\u200d(?=${EMOJI})`,
  `(?<=${EMOJI})\\ufe0f`,
].join('|');

/** Visible Arabic and Syriac signs that Unicode counts as format characters. */
const SIGNS = '\\u0600-\\u0605\\u06dd\\u070f\\u08e2';

/**
 * Invisible characters with an effect: they move a terminal's cursor, set its title, break a line, reverse
 * the text direction, or make two names look alike.
 */
const UNSEEN = lazyRegExp(
  () =>
    `(?!${AT_WORK})[[\\p{Control}\\p{Format}\\p{Surrogate}\\p{Default_Ignorable_Code_Point}\\u2028\\u2029]--[${SIGNS}]]`,
);

/** Made when it is first needed: with so many scripts in it, that takes as long as a twentieth of a command's start. */
function lazyRegExp(source: () => string): () => RegExp {
  let made: RegExp | null = null;
  return () => (made ??= new RegExp(source(), 'gv'));
}

/** ASCII, Latin letters, punctuation, arrows and signs, among which there is nothing unseen. */
const SEEN =
  '\\u0020-\\u007e\\u00a0-\\u00ac\\u00ae-\\u024f\\u2010-\\u2027\\u2030-\\u205e\\u2190-\\u23ff\\u2500-\\u27bf';
const OTHER = new RegExp(`[^${SEEN}]`);
const OTHER_IN_LINES = new RegExp(`[^\\n\\t${SEEN}]`);

/** Allowed in texts of several lines. */
const KEPT = new Set(['\n', '\t']);

/**
 * A foreign name or message on one line, with invisible characters written out: `a\u001b]0;x\u0007`. Called
 * wherever such text is shown.
 */
export function visible(text: string): string {
  return OTHER.test(text) ? text.replace(UNSEEN(), escaped) : text;
}

/** The same for multi-line texts such as SQL; line breaks and tabs stay. */
export function visibleLines(text: string): string {
  if (!OTHER_IN_LINES.test(text)) return text;
  return text.replace(UNSEEN(), (found) => (KEPT.has(found) ? found : escaped(found)));
}

/**
 * JSON with invisible characters escaped; it parses to the same value. JSON.stringify itself escapes only the
 * first 32.
 */
export function visibleJson(value: unknown, indent?: number): string {
  return visibleLines(JSON.stringify(value, null, indent));
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes each UTF-16 unit, as in JSON. */
function escaped(found: string): string {
  const unit = (index: number): string => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`;
  return SHORT[found] ?? Array.from({ length: found.length }, (_, index) => unit(index)).join('');
}

/** Joins the lines of a text into one and trims each. Takes linear time, however many blanks there are. */
export function joinLines(text: string, separator: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(separator);
}
