/** A table, or a connection's tables together, may lose so many rows without consent, whatever their size. */
export const BRAKE_ROWS = 1000;
/** Beyond {@link BRAKE_ROWS}: this share of the rows. */
const BRAKE_SHARE = 0.2;

/**
 * Whether so many deletes need a person's consent, because an emptied or wrong source looks the same.
 *
 * @param deletes all since the last consent, those of earlier runs included
 * @param before rows before the first of these deletes
 */
export function exceedsBrake(deletes: number, before: number): boolean {
  return deletes > BRAKE_ROWS && deletes > before * BRAKE_SHARE;
}
