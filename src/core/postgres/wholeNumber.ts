/** More digits than any number that PostgreSQL counts with: a sum of 64-bit hashes has the most, over 10^18 rows. */
const MOST_DIGITS = 40;
const WHOLE = new RegExp(`^-?\\d{1,${MOST_DIGITS}}$`);

/**
 * A whole number that a server has sent as text. BigInt itself takes hours for a text of millions of digits.
 *
 * @returns null where it is none, or longer than any of PostgreSQL's
 */
export function wholeNumber(text: string): bigint | null {
  return WHOLE.test(text) ? BigInt(text) : null;
}
