/** Scripts in which a joiner between two letters changes how they are written. */
const JOINED = [
  'Arabic Syriac Nko Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala',
  'Khmer Myanmar Tibetan Balinese Javanese Sundanese',
]
  .flatMap((line) => line.split(' '))
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const LETTER = `[[${JOINED}]--\\p{Default_Ignorable_Code_Point}]`;
const EMOJI = '\\p{Extended_Pictographic}';

/** A joiner, or the sign that makes an emoji of a character, where it does that. */
const AT_WORK = [
  `(?<=${LETTER})[\\u200c\\u200d](?=${LETTER})`,
  `(?<=${EMOJI}\\ufe0f?|\\p{Emoji_Modifier})\\u200d(?=${EMOJI})`,
  `(?<=${EMOJI})\\ufe0f`,
].join('|');

/** Arabic and Syriac signs that are seen, although Unicode counts them as format characters. */
const SIGNS = '\\u0600-\\u0605\\u06dd\\u070f\\u08e2';

/**
 * Characters that are not seen but do something: they move a terminal's cursor or set its title, break a line in two,
 * turn the direction of what follows, or make two names look alike.
 */
const UNSEEN = new RegExp(
  `(?!${AT_WORK})[[\\p{Control}\\p{Format}\\p{Surrogate}\\p{Default_Ignorable_Code_Point}\\u2028\\u2029]--[${SIGNS}]]`,
  'gv',
);
/** The same without what a text of several lines has. */
const KEPT = new Set(['\n', '\t']);

/**
 * A name or message of somebody else's, as one line that shows what is in it: `a\u001b]0;x\u0007`. Every face calls
 * this at the place where such texts enter its own.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/** The same for a text of several lines, such as SQL; line breaks and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(UNSEEN, (found) => (KEPT.has(found) ? found : escaped(found)));
}

/** JSON that shows the same, and is read as what it was; JSON.stringify itself leaves all but the first 32 as they are. */
export function visibleJson(value: unknown, indent?: number): string {
  return visibleLines(JSON.stringify(value, null, indent));
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Each UTF-16 unit apart, as in JSON. */
function escaped(found: string): string {
  const unit = (index: number): string => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`;
  return SHORT[found] ?? Array.from({ length: found.length }, (_, index) => unit(index)).join('');
}

/** The lines of a text as one, without what is blank at their ends. In linear time, however many blanks there are. */
export function joinLines(text: string, separator: string): string {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(separator);
}
