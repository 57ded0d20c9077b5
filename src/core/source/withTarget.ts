/**
 * A fingerprint of the table that is read and of the one that its rows go to. So a mark holds only as long as central
 * still has the very table and columns that the rows went into.
 *
 * @param fingerprint of the source's table; null where its rows have no versions
 * @param shapeDigest of central's table; null where it is not known yet
 */
export function withTarget(fingerprint: string | null, shapeDigest: string | null): string | null {
  return fingerprint === null || shapeDigest === null ? fingerprint : `${fingerprint}/${shapeDigest}`;
}
