import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { LeaseHolder } from '../../shared/contract.ts';
import { quickCheck } from './integrity.ts';
import { type RawHolder, toHolder } from './lease.ts';
import { foreignToUs, refuseNewer } from './migrations/migrate.ts';
import { isCorrupt } from './sqliteErrors.ts';

/** What a look at the journal's file shows. */
export type JournalLook =
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged'; readonly finding: string; readonly bytes: number }
  | {
      readonly kind: 'sound';
      readonly bytes: number;
      /** The process that last wrote that it holds the lease; it may have died since. */
      readonly holder: LeaseHolder | null;
    };

/**
 * Checks all of a journal without changing it: unlike opening it for work, it neither sets a damaged file aside nor
 * marks a batch as crashed. It blocks the thread no longer than the largest table takes.
 *
 * @param folder the user-data folder
 * @throws UsageError `journal_newer`; errors of the disk
 */
export async function inspectJournal(folder: string): Promise<JournalLook> {
  const file = join(folder, 'journal.db');
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return { kind: 'absent' };
  const bytes = found.size;
  try {
    const db = openUnchanged(file);
    try {
      refuseNewer(db, file);
      const finding = foreignToUs(db) ?? (await firstDamage(db));
      return finding === null
        ? { kind: 'sound', bytes, holder: holderIn(db) }
        : { kind: 'damaged', finding, bytes };
    } finally {
      closeQuietly(db);
    }
  } catch (error) {
    if (isCorrupt(error)) return { kind: 'damaged', finding: String(error), bytes };
    throw error;
  }
}

/**
 * A read-only handle leaves the `-wal` and `-shm` that it made behind, and a later opening would take them for the traces
 * of a crash. A handle that may write removes them when it closes. Where they exist already, a process has the journal
 * open or has died, and only the read-only handle leaves them as they are.
 */
function openUnchanged(file: string): Database.Database {
  return new Database(file, { readonly: existsSync(`${file}-wal`), fileMustExist: true, timeout: 1000 });
}

async function firstDamage(db: Database.Database): Promise<string | null> {
  const tables = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  for (const table of tables) {
    const verdict = quickCheck(db, table);
    if (verdict.kind === 'corrupt') return verdict.finding;
    await setImmediate();
  }
  return null;
}

function holderIn(db: Database.Database): LeaseHolder | null {
  // A journal that no program has finished making has no such table.
  const has = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'lease_holder'").get();
  if (has === undefined) return null;
  const raw = db.prepare<[], RawHolder>('SELECT pid, host, face, since, batch_id FROM lease_holder').get();
  return raw === undefined ? null : toHolder(raw);
}

function closeQuietly(db: Database.Database): void {
  try {
    db.close();
  } catch (error) {
    if (!isCorrupt(error)) throw error;
  }
}
