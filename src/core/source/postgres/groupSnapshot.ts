import { shapeDigestsQuery } from '../../catalogue/memory.ts';
import type { TableShape } from '../../catalogue/shape.ts';
import { SqlGroup } from '../../digest/sqlGroup.ts';
import type { Session } from '../../postgres/session.ts';
import type { GroupSnapshot, ServerRunMemory } from '../port.ts';
import { beginSnapshot } from './beginSnapshot.ts';
import { rowsOf } from './rows.ts';
import { withServerRuns } from './serverRuns.ts';
import { rawNameOf } from './snapshot.ts';

/** Opens one snapshot of several tables. Views are not among them: they are read under their role's settings. */
export async function openGroup(
  session: Session,
  tables: readonly TableShape[],
  mostBytes: number,
  memory: ServerRunMemory,
): Promise<GroupSnapshot> {
  const version = session.version();
  const named = tables.map((one) => rawNameOf(one) === undefined);
  const asked = tables.filter((_, place) => named[place]);
  const questions = [shapeDigestsQuery(asked), { text: 'SHOW server_encoding' }];
  const options = { inOrder: true, noWait: true, questions };
  const begun = await beginSnapshot(session, version, asked, options).catch(async (error: unknown) => {
    if (!session.lost) await session.query('ROLLBACK').catch(() => session.destroy());
    throw error;
  });
  const { takenAt, horizon, answers } = begun;
  withServerRuns(horizon, memory);
  const [shapes, encoding] = answers;
  const found = new Map(shapes?.rows.map((row) => [asked[Number(row.n) - 1]?.name, row]));
  const comparable = tables.map(({ name, shapeDigest }) => {
    const row = found.get(name);
    return row?.digest === shapeDigest && Number(row.bytes) <= mostBytes;
  });
  const compared = new SqlGroup(session, {
    side: 'source',
    version,
    encoding: encoding?.rows[0]?.server_encoding ?? '',
    tables: tables.map((one) => ({ from: `${rowsOf(one)} t`, where: [] })),
    ahead: [],
    end: 'ROLLBACK',
  });
  return { takenAt, comparable, compared };
}
