import { type Notice, NoticeCode } from '../../shared/notices.ts';
import type { Snapshot } from '../source/snapshot.ts';
import type { TableJob } from './tableRun.ts';

/** What a person should know of a table that is about to be read. */
export function noticesOf({ cursor }: TableJob, snapshot: Snapshot): readonly Notice[] {
  if (cursor === null || snapshot.cursor === null || snapshot.cursor.beyond === 0) return [];
  const params = { column: cursor.column, rows: snapshot.cursor.beyond };
  return [{ code: NoticeCode.CursorBeyond, params }];
}
