import { FailureCode, SyncFailure } from '../../shared/errors.ts';
import type { Session } from '../postgres/session.ts';
import { DDL_LOCK } from './setup.ts';

/**
 * Plans and runs DDL in one transaction, one installation at a time: what is planned is still true when it
 * runs, so two branches never narrow what the other has just widened. A table that others hold for more
 * than 5 s is tried again later instead of making every reader queue behind us.
 *
 * @param plan reads central as it is and says what to run
 * @throws SyncFailure `central_permission` with the SQL for head office in `params.sql`
 */
export async function runDdl(session: Session, plan: () => Promise<DdlPlan>): Promise<void> {
  let planned: DdlPlan = { statements: [] };
  try {
    // The first checkpoint's commit, which waits for the disk, brings the table there, too.
    await session.script([
      ...session.begin(),
      "SET LOCAL lock_timeout = '5s'",
      'SET LOCAL synchronous_commit = off',
      `SELECT ${DDL_LOCK}`,
    ]);
    planned = await plan();
    await session.script([...planned.statements, 'COMMIT']);
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw withSql(error, planned);
  }
}

export interface DdlPlan {
  readonly statements: readonly string[];
  /** What our role has to be given where another makes the objects. */
  readonly grants?: (role: string) => readonly string[];
}

function withSql(error: unknown, { statements, grants }: DdlPlan): unknown {
  if (!(error instanceof SyncFailure) || error.detail.code !== FailureCode.CentralPermission) return error;
  if (statements.length === 0) return error;
  const role = String(error.detail.params.user ?? '');
  const sql = [...statements, ...(grants?.(role) ?? [])].map((one) => `${one};`).join('\n');
  return new SyncFailure({ ...error.detail, params: { ...error.detail.params, sql } }, { cause: error });
}
