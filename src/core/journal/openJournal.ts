import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { UsageCode, UsageError } from '../../shared/errors.ts';
import { makeOwnFile, makeOwnFolder } from '../files/dataFolder.ts';
import type { Ports } from '../ports.ts';
import { type FileLock, lockFile } from './exclusiveFile.ts';
import { doubtsOf, examine } from './integrity.ts';
import {
  createReadableJournal,
  createWritableJournal,
  type JournalFile,
  type ReadableJournal,
  type WritableJournal,
} from './journal.ts';
import { foreignToUs, KNOWN_VERSION, migrate, refuseNewer, schemaVersion } from './migrations/migrate.ts';
import { asFolderError, isCorrupt } from './sqliteErrors.ts';
import { openStore, type WritableStore } from './store.ts';

export interface OpenedJournal {
  readonly journal: WritableJournal;
  /** New file name of a damaged journal that this opening has set aside, to be reported to people. */
  readonly setAside: string | null;
}

/** How long a statement waits for another process's transaction. Each of our transactions takes milliseconds. */
const BUSY_MS = 5000;

/** Another process may be checking a large journal completely, which takes seconds on a slow disk. */
const OPENING_MS = 60_000;

/**
 * Opens the journal of a user-data folder. Creates folder and file if they are missing.
 *
 * A lock on `journal.lock` serialises openings: of two processes that start together, one makes the schema or sets a
 * damaged file aside, and the other finds the result.
 *
 * @throws UsageError `data_folder_unusable`, `journal_newer`
 */
export function openJournal(folder: string, ports: Ports): OpenedJournal {
  return opened(folder, () => openForWriting(folder, ports));
}

/**
 * Opens the journal of a user-data folder for reading only. It neither checks the file nor makes one: where there is
 * none, an empty journal in memory answers. A damaged file is first set aside and an older one brought up to date, as
 * {@link openJournal} does.
 *
 * @throws UsageError `data_folder_unusable`, `journal_newer`
 */
export function openJournalToRead(folder: string, ports: Ports): ReadableJournal {
  return opened(folder, () => {
    const db = openCurrent(folder) ?? openAfterWriter(folder, ports);
    return createReadableJournal(storeOn(db, journalFileOf(folder, ports), ports));
  });
}

function opened<T>(folder: string, open: () => T): T {
  try {
    refuseUnfit(folder);
    return open();
  } catch (error) {
    throw asFolderError(folder, error);
  }
}

/** Refuses a pipe in the place of one of the journal's files, on which SQLite would wait for ever. */
function refuseUnfit(folder: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) {
    const file = journalPath(folder) + suffix;
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile()) throw unusable(folder, `${file} is not a plain file`);
  }
}

function openForWriting(folder: string, ports: Ports): OpenedJournal {
  makeOwnFolder(folder);
  const lock = openingLock(folder);
  try {
    const aside = setAsideIfCorrupt(folder, ports);
    const file = journalFileOf(folder, ports);
    const store = storeOn(openDatabase(folder), file, ports);
    return { journal: createWritableJournal(store, ports, file), setAside: aside };
  } finally {
    lock.release();
  }
}

/** @returns null where a writer has to open the file first: it is damaged, older, or has objects that are not ours */
function openCurrent(folder: string): Database.Database | null {
  const file = journalPath(folder);
  if (!existsSync(file)) {
    const empty = new Database(':memory:');
    migrate(empty, file);
    return empty;
  }
  const db = readOnly(file);
  try {
    refuseNewer(db, file);
    if (schemaVersion(db) === KNOWN_VERSION && foreignToUs(db) === null) return db;
  } catch (error) {
    db.close();
    if (!isCorrupt(error)) throw error;
    return null;
  }
  db.close();
  return null;
}

function openAfterWriter(folder: string, ports: Ports): Database.Database {
  openForWriting(folder, ports).journal.close();
  return readOnly(journalPath(folder));
}

function readOnly(file: string): Database.Database {
  return new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
}

function openingLock(folder: string): FileLock {
  const lock = lockFile(join(folder, 'journal.lock'), OPENING_MS);
  if (lock) return lock;
  throw unusable(folder, `another process has been opening the journal for ${OPENING_MS / 1000} s`);
}

function setAsideIfCorrupt(folder: string, ports: Ports): string | null {
  const file = journalPath(folder);
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
  const file = journalPath(folder);
  // Its `-wal` and `-shm` get the same rights from SQLite.
  makeOwnFile(file);
  const db = new Database(file, { timeout: BUSY_MS });
  try {
    // It only has an effect before the first page is written. Later it would wait for the write lock at each opening,
    // which may take too long beside a process that writes without a pause.
    if (db.pragma('page_count', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL');
    refuseNewer(db, file);
    db.pragma('journal_mode = WAL');
    // NORMAL may lose the last transactions at a power cut, and a batch that was reported as ended would be running.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    migrate(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function storeOn(db: Database.Database, file: JournalFile, ports: Ports): WritableStore {
  const unreadable = (column: string, value: string): void =>
    ports.logger.log('warn', 'The journal has a time that cannot be read; it counts as unknown', {
      column,
      value: value.slice(0, 100),
    });
  return openStore(db, file.suspect, unreadable);
}

function journalFileOf(folder: string, ports: Ports): JournalFile {
  const path = journalPath(folder);
  return { path, suspect: () => markSuspect(path, ports) };
}

/** Makes the next opening check all pages, because a page that this opening had not checked is damaged. */
function markSuspect(file: string, ports: Ports): void {
  try {
    makeOwnFile(doubtsOf(file).suspect);
  } catch (error) {
    ports.logger.log('warn', 'Could not mark the journal for a check', { error: String(error) });
  }
}

function journalPath(folder: string): string {
  return join(folder, 'journal.db');
}

function unusable(folder: string, reason: string): UsageError {
  return new UsageError(UsageCode.DataFolderUnusable, { folder, reason });
}

/**
 * Renames a damaged journal and its `-wal` and `-shm`, so that a new one can be made. Nothing is deleted, because an
 * administrator may want to recover the history.
 *
 * The database is renamed last: if the machine dies in between, the next opening finds the damaged file again. In the
 * other order a new journal would be made beside the old `-wal`, which SQLite would then delete.
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
