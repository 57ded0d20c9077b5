/** More digits than any number PostgreSQL counts with: a sum of 64-bit hashes over 10^18 rows has the most. */
const MOST_DIGITS = 40;
const WHOLE = new RegExp(`^-?\\d{1,${MOST_DIGITS}}$`);

/**
 * Parses a whole number that a server sent as text. BigInt itself would take hours for millions of digits.
 *
 * @returns null if it is not one, or longer than any of PostgreSQL's
 */
export function wholeNumber(text: string): bigint | null {
  return WHOLE.test(text) ? BigInt(text) : null;
}
