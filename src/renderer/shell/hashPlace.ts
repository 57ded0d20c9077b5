/** What stands in an address behind its `#`. Both are as written there, still encoded. */
export interface HashPlace {
  readonly path: string;
  /** Without its question mark. */
  readonly search: string;
}

/** @param hash with or without its `#` */
export function placeOf(hash: string): HashPlace {
  const text = hash.replace(/^#?\/?/, '');
  const mark = text.indexOf('?');
  if (mark < 0) return { path: `/${text}`, search: '' };
  return { path: `/${text.slice(0, mark)}`, search: text.slice(mark + 1) };
}

/**
 * wouter decodes what a location hook tells, but only in part: `%2F` stays, `%25` does not, so that the names "a/b"
 * and "a%2Fb" would become the same. With each percent sign encoded once more, what it hands on is as written.
 */
export function shielded(text: string): string {
  return text.replaceAll('%', '%25');
}

/** A name out of a path; as it stands where it is no encoded name. */
export function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
