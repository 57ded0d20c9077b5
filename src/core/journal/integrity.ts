import { existsSync, rmSync, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { makeOwnFile } from '../files/dataFolder.ts';
import { foreignToUs } from './migrations/migrate.ts';
import { isBusy, isCorrupt } from './sqliteErrors.ts';

/**
 * What is known of a journal file. `in_use` means that a living process has it open: it has checked the
 * file at its own start, and the file must not be moved from under it.
 */
export type Verdict =
  | { readonly kind: 'sound' }
  | { readonly kind: 'in_use' }
  | { readonly kind: 'corrupt'; readonly finding: string };

/** Below this a whole check takes about 20 ms, so it is always made. Measured: 2 s for 1 GB. */
const ALWAYS_CHECKED_BYTES = 8 * 1024 * 1024;

/**
 * Up to here a whole check after a death takes under 150 ms. With the retention of the defaults a journal
 * stays below it: 500 batches of 120 tables are about 50 MB.
 */
const CHECKED_AFTER_DEATH_BYTES = 64 * 1024 * 1024;

/** Tables with a row a batch or less. The two that are not here make 98 % of a large file. */
const SMALL_TABLES = ['sync_batches', 'lease_holder', 'range_digests', 'schedule_runs', 'outbox'];

/** Files beside the journal that say what is not known of it. They outlive any death of ours. */
export interface Doubts {
  /** An open journal met a damaged page: the next opening checks all of them. */
  readonly suspect: string;
  /** A large journal was opened after a death without a whole check: that is still to be made. */
  readonly unchecked: string;
}

export function doubtsOf(file: string): Doubts {
  const stem = file.replace(/\.db$/, '');
  return { suspect: `${stem}.suspect`, unchecked: `${stem}.unchecked` };
}

/**
 * Looks whether the file is damaged; docs/decisions/0011 says why in this way.
 *
 * A death (kill, power cut) is told by the `-wal` file: the last one to close a WAL database removes it, so
 * where it is still there and nobody alive has the database open, the last process died. Then the whole file
 * is checked, or, where it is so large that a person would wait, its small tables now and the rest by
 * {@link checkWhole} later, which the file `journal.unchecked` asks for until it has been done.
 *
 * Whether anybody has it open is asked of SQLite: in exclusive locking mode the first read of a WAL
 * database needs the file for itself alone.
 *
 * @param file an existing file; the caller holds the opening lock, so that nobody opens it meanwhile
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
    // Before closing, which removes the `-wal`: if we die in between, the next opening must still know.
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
 * Makes the whole check that an opening has put off, table by table, so that nobody waits for longer than
 * the largest table takes (1 s for 500 MB). Writers are not held up: in WAL mode this is one more reader.
 *
 * @returns null where none was due
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
function quickCheck(db: Database.Database, table: string | null): Verdict {
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

/** Closing writes the WAL back into the file, which a damaged one may refuse; the verdict stands anyway. */
function closeQuietly(db: Database.Database): void {
  try {
    db.close();
  } catch (error) {
    if (!isCorrupt(error)) throw error;
  }
}
