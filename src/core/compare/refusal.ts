import { FailureCode, type SyncFailure } from '../../shared/errors.ts';
import { centralRefusal } from '../central/checkpoint.ts';
import type { Target } from '../central/target.ts';

/** The table was there a moment ago. */
export function centralGone(target: Target): SyncFailure {
  return centralRefusal(FailureCode.CentralNotATable, { table: `${target.schema}.${target.name}` });
}
