/** For a time that nobody can read where there has to be one: whatever has to happen after it may happen. */
export const UNKNOWN_TIME = '1970-01-01T00:00:00.000Z';

/** Columns, and aliases in our queries, that have a time. Those behind it may also have none. */
const ALWAYS = /^(at|since|started_at|checked_at|due_at|ran_at|first_seen_at|last_at|lastAt)$/;
const PERHAPS = /(_at|At|^snapshot)$/;

/** As the journal writes times: ISO 8601 in UTC; those of a source may have more digits. */
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

type Row = Record<string, unknown>;

/**
 * The rows of a query, without times that are none: somebody may have edited the file, and no check of SQLite's sees
 * that. Such a time counts as unknown, so that neither a calculation nor the window stumbles over it.
 *
 * @param columns of the query
 * @param rows changed in place
 * @param tell called with each column of which a time cannot be read
 */
export function withReadableTimes(
  columns: readonly string[],
  rows: readonly unknown[],
  tell: (column: string, value: string) => void,
): void {
  for (const column of columns) {
    for (const row of rows as readonly Row[]) {
      const value = row[column];
      if (typeof value !== 'string' || (ISO.test(value) && !Number.isNaN(Date.parse(value)))) continue;
      tell(column, value);
      row[column] = ALWAYS.test(column) ? UNKNOWN_TIME : null;
    }
  }
}

export function isTimeColumn(name: string): boolean {
  return ALWAYS.test(name) || PERHAPS.test(name);
}
