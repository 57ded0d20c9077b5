import { type Notice, NoticeCode } from '../../shared/notices.ts';
import { plainType } from '../catalogue/shape.ts';
import type { Checkpoint } from '../central/checkpoint.ts';
import type { Snapshot } from '../source/snapshot.ts';
import type { TableJob } from './tableRun.ts';

/** What a person should know of a table that is about to be read. */
export async function noticesOf(
  job: TableJob,
  snapshot: Snapshot,
  at: Checkpoint,
): Promise<readonly Notice[]> {
  // Once: as the table is begun for the first time.
  const first = at.state === 'new' ? await largeObjects(job, snapshot) : [];
  return [...first, ...cursorBeyond(job, snapshot)];
}

function cursorBeyond({ cursor }: TableJob, snapshot: Snapshot): readonly Notice[] {
  if (cursor === null || snapshot.cursor === null || snapshot.cursor.beyond === 0) return [];
  return [{ code: NoticeCode.CursorBeyond, params: { column: cursor.column, rows: snapshot.cursor.beyond } }];
}

/** Columns of type `oid`, or of the extension's domain `lo`, in a database that has large objects. */
async function largeObjects({ source }: TableJob, { session }: Snapshot): Promise<readonly Notice[]> {
  const columns = source.columns.filter((one) => plainType(one) === 'oid').map((one) => one.name);
  if (columns.length === 0) return [];
  const { rows } = await session.query(
    'SELECT EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata) AS any',
  );
  if (rows[0]?.any !== 't') return [];
  return [{ code: NoticeCode.LargeObjects, params: { columns: columns.join(', ') } }];
}
