/** The longest that the settings take. */
const LONGEST = 40;

/**
 * The id of a new connection from the name that people see: `Lampung Raya` → `lampung_raya`.
 *
 * @param taken ids that are there already
 * @returns empty where the name has no letter or digit to make one of
 */
export function idFromLabel(label: string, taken: readonly string[]): string {
  const plain = label
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  if (plain === '') return '';
  const begun = /^[a-z]/.test(plain) ? plain : `branch_${plain}`;
  for (let count = 1; ; count++) {
    const end = count === 1 ? '' : `_${count}`;
    const id = begun.slice(0, LONGEST - end.length).replace(/_+$/, '') + end;
    if (!taken.includes(id)) return id;
  }
}
