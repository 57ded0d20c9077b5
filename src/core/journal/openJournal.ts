import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { makeOwnFile, makeOwnFolder } from '../files/dataFolder.ts';
import type { Ports } from '../ports.ts';
import { type FileLock, lockFile } from './exclusiveFile.ts';
import { doubtsOf, examine } from './integrity.ts';
import { createJournal, type Journal, type JournalFile } from './journal.ts';
import { foreignToUs, KNOWN_VERSION, migrate, refuseNewer, schemaVersion } from './migrations/migrate.ts';
import { asFolderError, isCorrupt } from './sqliteErrors.ts';
import { openStore } from './store.ts';

export interface OpenedJournal {
  readonly journal: Journal;
  /** The file name under which a damaged journal was set aside at this opening, for the person to be told. */
  readonly setAside: string | null;
}

/** How long a statement waits for another process's transaction; each of ours takes milliseconds. */
const BUSY_MS = 5000;

/** Another process may be checking the whole of a large journal that is suspect: seconds on a slow disk. */
const OPENING_MS = 60_000;

/**
 * Opens the journal of a user-data folder, making folder and file where they are missing.
 *
 * Openings happen one at a time (a lock on `journal.lock`), so that of two processes that start together
 * one makes the schema, or sets a damaged file aside, and the other finds the result.
 *
 * @param options.readonly for looking only: neither checks the file nor makes one (where none is there yet,
 *   an empty one in memory answers). A damaged or older file is still opened as if for writing
 * @throws UsageError `data_folder_unusable`, `journal_newer`
 */
export function openJournal(
  folder: string,
  ports: Ports,
  options: { readonly readonly?: boolean } = {},
): OpenedJournal {
  try {
    refuseUnfit(folder);
    return options.readonly === true ? openForReading(folder, ports) : openForWriting(folder, ports);
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

/** SQLite waits for ever where a pipe is in the file's place, or in that of one beside it. */
function refuseUnfit(folder: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) {
    const file = journalFile(folder) + suffix;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw unusable(folder, `${file} is not a plain file`);
  }
}

function openForWriting(folder: string, ports: Ports): OpenedJournal {
  makeOwnFolder(folder);
  const lock = openingLock(folder);
  try {
    const aside = setAsideIfCorrupt(folder, ports);
    return { journal: journalOn(openDatabase(folder), journalFile(folder), ports), setAside: aside };
  } finally {
    lock.release();
  }
}

function openForReading(folder: string, ports: Ports): OpenedJournal {
  const file = journalFile(folder);
  if (!existsSync(file)) {
    const empty = new Database(':memory:');
    migrate(empty, file);
    return { journal: journalOn(empty, file, ports), setAside: null };
  }
  const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  try {
    refuseNewer(db, file);
    if (schemaVersion(db) === KNOWN_VERSION && foreignToUs(db) === null) {
      return { journal: journalOn(db, file, ports), setAside: null };
    }
  } catch (error) {
    db.close();
    if (!isCorrupt(error)) throw error;
    return openForWriting(folder, ports);
  }
  // Written by an older Branchline, or by others: only a writer can bring it up to date, or set it aside.
  db.close();
  return openForWriting(folder, ports);
}

function openingLock(folder: string): FileLock {
  const lock = lockFile(join(folder, 'journal.lock'), OPENING_MS);
  if (lock) return lock;
  throw unusable(folder, `another process has been opening the journal for ${OPENING_MS / 1000} s`);
}

function setAsideIfCorrupt(folder: string, ports: Ports): string | null {
  const file = journalFile(folder);
  if (!existsSync(file)) return null;
  const verdict = examine(file);
  if (verdict.kind === 'in_use') return null;
  const aside = verdict.kind === 'corrupt' ? setAside(file, ports.clock.now()) : null;
  rmSync(doubtsOf(file).suspect, { force: true });
  if (aside !== null) rmSync(doubtsOf(file).unchecked, { force: true });
  if (verdict.kind === 'corrupt') {
    ports.logger.log('error', 'The journal was damaged and has been set aside; a new one begins', {
      file: aside,
      finding: verdict.finding,
    });
  }
  return aside;
}

function openDatabase(folder: string): Database.Database {
  const file = journalFile(folder);
  // Its `-wal` and `-shm` get the same rights from SQLite.
  makeOwnFile(file);
  const db = new Database(file, { timeout: BUSY_MS });
  try {
    // Before the file's first page is written, or it has no effect; after it, it would still wait for the write
    // lock at each opening, beside a process that writes without a pause for longer than anybody waits.
    if (db.pragma('page_count', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL');
    refuseNewer(db, file);
    db.pragma('journal_mode = WAL');
    // NORMAL would lose the last transactions at a power cut: a batch reported as ended would be running.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    migrate(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function journalOn(db: Database.Database, path: string, ports: Ports): Journal {
  const file: JournalFile = { path, suspect: () => markSuspect(path, ports) };
  const unreadable = (column: string, value: string): void =>
    ports.logger.log('warn', 'The journal has a time that cannot be read; it counts as unknown', {
      column,
      value: value.slice(0, 100),
    });
  return createJournal(openStore(db, file.suspect, unreadable), ports, file);
}

/** A page that the opening did not look at turned out damaged: the next opening looks at all of them. */
function markSuspect(file: string, ports: Ports): void {
  try {
    makeOwnFile(doubtsOf(file).suspect);
  } catch (error) {
    ports.logger.log('warn', 'Could not mark the journal for a check', { error: String(error) });
  }
}

function journalFile(folder: string): string {
  return join(folder, 'journal.db');
}

function unusable(folder: string, reason: string): UsageError {
  return new UsageError(UsageCode.DataFolderUnusable, { folder, reason });
}

/**
 * Renames a damaged journal, with what belongs to it, so that a new one can begin. Nothing is deleted:
 * an administrator may want to recover the history from it.
 *
 * The database goes last: if the machine dies in between, the next opening finds the same damaged file
 * again. The other way round a new journal would start beside the old `-wal`, and SQLite would drop that.
 *
 * @returns the new file name, without its folder
 */
function setAside(file: string, now: Date): string {
  const folder = dirname(file);
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  let name = `journal.corrupt-${stamp}.db`;
  for (let copy = 2; existsSync(join(folder, name)); copy += 1) name = `journal.corrupt-${stamp}-${copy}.db`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(folder, name + suffix));
  }
  return name;
}
