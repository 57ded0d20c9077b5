import { existsSync, rmSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { makeOwnFile } from '../files/dataFolder.ts';
import { foreignToUs } from './migrations/migrate.ts';
import { isBusy, isCorrupt } from './sqliteErrors.ts';

/**
 * Result of a check. `in_use` means that a live process has the file open. That process checked it when it opened it, and
 * the file must not be renamed meanwhile.
 */
export type Verdict =
  | { readonly kind: 'sound' }
  | { readonly kind: 'in_use' }
  | { readonly kind: 'corrupt'; readonly finding: string };

/** Up to this size a full check takes about 20 ms, so it is always made. Measured: 2 s for 1 GB. */
const ALWAYS_CHECKED_BYTES = 8 * 1024 * 1024;

/**
 * Up to this size a full check after a crash takes under 150 ms. With the default retention a journal stays below it: 500
 * batches of 120 tables are about 50 MB.
 */
const CHECKED_AFTER_DEATH_BYTES = 64 * 1024 * 1024;

/** Tables with at most one row per batch. The two others make 98 % of a large file. */
const SMALL_TABLES = ['sync_batches', 'lease_holder', 'range_digests', 'schedule_runs', 'outbox'];

/** Files beside the journal that record which check is still due. They survive a crash. */
export interface Doubts {
  /** A damaged page was found while the journal was open: the next opening checks all pages. */
  readonly suspect: string;
  /** A large journal was opened after a crash without a full check, which is still due. */
  readonly unchecked: string;
}

export function doubtsOf(file: string): Doubts {
  const stem = file.replace(/\.db$/, '');
  return { suspect: `${stem}.suspect`, unchecked: `${stem}.unchecked` };
}

/**
 * Checks whether the file is damaged; docs/decisions/0011 has the reasons.
 *
 * The `-wal` file shows a crash (kill, power cut): the last process to close a WAL database removes it, so if it exists
 * and no live process has the database open, the last process has died. Then the whole file is checked. If it is so large
 * that a person would have to wait, only its small tables are checked now and the rest later by {@link checkWhole}; the
 * file `journal.unchecked` records that until it is done.
 *
 * SQLite itself tells whether another process has the file open: in exclusive locking mode the first read of a WAL
 * database needs the file for itself.
 *
 * @param file an existing file; the caller holds the opening lock, so that no process opens it meanwhile
 */
export function examine(file: string): Verdict {
  const { suspect, unchecked } = doubtsOf(file);
  const { size } = statSync(file);
  const died = existsSync(`${file}-wal`);
  const probe = new Database(file, { timeout: 0, fileMustExist: true });
  try {
    probe.pragma('locking_mode = EXCLUSIVE');
    const foreign = foreignToUs(probe);
    if (foreign !== null) return { kind: 'corrupt', finding: foreign };
    const whole =
      existsSync(suspect) || size <= ALWAYS_CHECKED_BYTES || (died && size <= CHECKED_AFTER_DEATH_BYTES);
    if (whole) {
      const verdict = quickCheck(probe, null);
      rmSync(unchecked, { force: true });
      return verdict;
    }
    if (!died) return { kind: 'sound' };
    // Before closing, which removes the `-wal`: after a crash in between, the next opening must still know.
    makeOwnFile(unchecked);
    return firstDamage(SMALL_TABLES.map((table) => quickCheck(probe, table)));
  } catch (error) {
    if (isBusy(error)) return { kind: 'in_use' };
    if (isCorrupt(error)) return { kind: 'corrupt', finding: String(error) };
    throw error;
  } finally {
    closeQuietly(probe);
  }
}

/**
 * Makes the full check that an opening put off, table by table, so that the thread is blocked no longer than the largest
 * table takes (1 s for 500 MB). Writers do not wait: in WAL mode this is one more reader.
 *
 * @returns null if no check was due
 */
export async function checkWhole(file: string): Promise<Verdict | null> {
  const { unchecked } = doubtsOf(file);
  if (!existsSync(unchecked)) return null;
  const db = new Database(file, { readonly: true, fileMustExist: true });
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .pluck()
      .all();
    for (const table of tables) {
      const verdict = quickCheck(db, table);
      if (verdict.kind === 'corrupt') return verdict;
      await setImmediate();
    }
    rmSync(unchecked, { force: true });
    return { kind: 'sound' };
  } finally {
    db.close();
  }
}

/** @param table one table with its indexes; null for the whole file */
export function quickCheck(db: Database.Database, table: string | null): Verdict {
  try {
    const finding = String(db.pragma(`quick_check(${table ?? 1})`, { simple: true }));
    return finding === 'ok' ? { kind: 'sound' } : { kind: 'corrupt', finding };
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return { kind: 'corrupt', finding: String(error) };
  }
}

function firstDamage(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find((one) => one.kind === 'corrupt') ?? { kind: 'sound' };
}

/** Closing writes the WAL back into the file, which fails if the file is damaged. The verdict stands anyway. */
function closeQuietly(db: Database.Database): void {
  try {
    db.close();
  } catch (error) {
    if (!isCorrupt(error)) throw error;
  }
}
