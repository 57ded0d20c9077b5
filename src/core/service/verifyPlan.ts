import { FailureCode } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { type VerifiedRow, VerifyResult } from '../../shared/verify.ts';
import type { Journal } from '../journal/journal.ts';

/** Tables of one connection that are to be verified. */
export interface VerifyDue {
  readonly connection: string;
  readonly tables: readonly string[];
}

const DAY_MS = 24 * 3_600_000;

/**
 * The connections with tables whose last verify is older than `verifyEveryDays`: a server that was set back
 * without a trace (a virtual machine's snapshot) shows nowhere else. One that could not be done is tried again a
 * day later.
 */
export function tablesToVerify(journal: Journal, settings: Settings, now: Date): readonly VerifyDue[] {
  const { verifyEveryDays } = settings.sync;
  if (verifyEveryDays === 0) return [];
  const before = daysAgo(now, verifyEveryDays);
  const yesterday = daysAgo(now, 1);
  return settings.connections.flatMap(({ id, enabled }) => {
    if (!enabled) return [];
    const last = new Map(journal.verifications(id).map((one) => [one.table_name, one]));
    const tables = journal.knownTables(id).filter((table) => {
      const row = last.get(table);
      if (row === undefined) return (journal.firstRunAt(id, table) ?? before) < before;
      return row.checked_at < (isWorthAnotherTry(row) ? yesterday : before);
    });
    return tables.length > 0 ? [{ connection: id, tables }] : [];
  });
}

/** What a person has to allow first comes no further tomorrow. */
function isWorthAnotherTry({ result, failure }: VerifiedRow): boolean {
  return result === VerifyResult.Failed && failure?.code !== FailureCode.TooManyDeletes;
}

function daysAgo(now: Date, days: number): string {
  return new Date(now.getTime() - days * DAY_MS).toISOString();
}
