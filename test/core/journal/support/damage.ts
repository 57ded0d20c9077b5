import { closeSync, openSync, writeSync } from 'node:fs';
import Database from 'better-sqlite3';

export function overwrite(file: string, from: number, length: number): void {
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(length, 0xa5), 0, length, from);
  closeSync(handle);
}

/** Destroys the root page of a table. */
export function overwriteTablePages(file: string, table: string): void {
  const db = new Database(file);
  const root = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table);
  db.close();
  overwrite(file, (Number(root) - 1) * 4096, 4096);
}
