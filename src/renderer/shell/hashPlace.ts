/** The part of an address behind `#`, still encoded. */
export interface HashPlace {
  readonly path: string;
  /** Without the question mark. */
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
 * wouter decodes what a location hook returns, but only partly: `%25` but not `%2F`, so that the names "a/b"
 * and "a%2Fb" would become equal. Encoding each percent sign once more gives back the original.
 */
export function shielded(text: string): string {
  return text.replaceAll('%', '%25');
}

/** A name from a path; unchanged if it is not a valid encoding. */
export function decodedName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
