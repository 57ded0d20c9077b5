import { LEAST_PASSPHRASE } from './exportParts.ts';

export type PassphraseStrength = 'short' | 'weak' | 'fair' | 'strong';

/** Bits that guessing costs. A guess takes half a second and 128 MB, so 2^40 of them are out of reach for most. */
const FAIR_BITS = 40;
const STRONG_BITS = 55;

/** Of a word that a person picks from some thousands. Drawn by chance from a list of 7,776 it has 12.9. */
const WORD_BITS = 11;
/** Longer ones are several words written together. */
const LONGEST_WORD = 10;
/**
 * Of a character in a text of a person's making, by how many kinds are mixed. For letters alone: C. E. Shannon,
 * Prediction and Entropy of Printed English, 1951.
 */
const CHARACTER_BITS = [2, 2.8, 3.5, 4] as const;

/** A hint how hard a passphrase is to guess, on the low side. It knows no dictionary. */
export function passphraseStrength(passphrase: string): PassphraseStrength {
  const text = passphrase.normalize('NFC');
  if ([...text].length < LEAST_PASSPHRASE) return 'short';
  // A word that is repeated adds nothing.
  const words = new Set(text.split(/[^\p{L}\p{N}]+/u));
  const bits = [...words].reduce((sum, one) => sum + bitsOfWord([...one]), 0);
  if (bits < FAIR_BITS) return 'weak';
  return bits < STRONG_BITS ? 'fair' : 'strong';
}

function bitsOfWord(characters: readonly string[]): number {
  const bits = bitsOfCharacters(characters);
  const isWord = characters.length <= LONGEST_WORD && characters.every((one) => /\p{L}/u.test(one));
  if (!isWord) return bits;
  // Shorter ones, and a letter repeated, are worth less than a word.
  return characters.length >= 4 && new Set(characters).size >= 3 ? WORD_BITS : Math.min(WORD_BITS, bits);
}

function bitsOfCharacters(characters: readonly string[]): number {
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];
  const mixed = kinds.filter((kind) => characters.some((one) => kind.test(one))).length;
  const told = characters.filter((one, at) => isNews(one, characters[at - 1]));
  // Few different characters repeat a pattern.
  const counted = Math.min(told.length, new Set(characters).size * 2);
  return counted * (CHARACTER_BITS[mixed - 1] ?? 0);
}

/** Whether a character is not just the one before, or the next in a row (`aaa`, `123`, `fed`). */
function isNews(one: string, before: string | undefined): boolean {
  if (before === undefined) return true;
  return Math.abs((one.codePointAt(0) ?? 0) - (before.codePointAt(0) ?? 0)) > 1;
}
