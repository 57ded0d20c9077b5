import { UsageCode, UsageError } from '../../shared/errors.ts';
import type { VerifyReport } from '../../shared/verify.ts';
import type { RunContext } from '../batch/connectionRun.ts';
import type { SourcePlan } from '../batch/plan.ts';
import { UNKNOWN_TABLES } from '../journal/rows.ts';
import { verifyConnection } from './verifyConnection.ts';

/**
 * Verifies the selected tables of some connections, one connection after the other: both ends work hard.
 *
 * @throws UsageError `no_tables`
 */
export async function verifyConnections(
  run: RunContext,
  plans: readonly SourcePlan[],
  repair: boolean,
): Promise<VerifyReport> {
  const asked = plans.map(withKnownTables);
  if (asked.every((plan) => plan.selected.length === 0)) {
    const connection = plans.map((plan) => plan.connection.id).join(', ');
    throw new UsageError(UsageCode.NoTables, { connection });
  }
  const all = [];
  for (const plan of asked) all.push(await verifyConnection(run, plan, repair));
  return {
    tables: all.flatMap((one) => one.tables),
    interrupted: all.some((one) => one.interrupted),
  };
}

/** Where the source could not be looked at, and no table was asked for by name, one row stands for all its tables. */
function withKnownTables(plan: SourcePlan): SourcePlan {
  if (plan.failure === null || plan.selected.length > 0) return plan;
  const all = { table: UNKNOWN_TABLES, shape: null, strategy: null, cursor: null, mayDelete: false };
  return { ...plan, selected: [all] };
}
