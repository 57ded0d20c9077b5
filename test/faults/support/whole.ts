import { expect } from 'vitest';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { DatabasePair } from '../../support/databases.ts';
import { CONNECTION } from '../../support/home.ts';
import { counted, eachRowOnce } from './counts.ts';
import { differencesOfFew, FEW } from './few.ts';

/** Of the tests of this folder that hurt {@link FEW} tables. */
export const SCALE = 0.05;

/** The batch is completed, every row was counted once over all its attempts, and both sides are equal. */
export async function expectWhole(engine: Engine, batchId: string, pair: DatabasePair): Promise<void> {
  const { batch, tables } = engine.batch(batchId);
  expect(tables.filter((row) => row.status !== 'completed').map((row) => row.error_detail)).toEqual([]);
  expect(batch.status).toBe('completed');
  expect(counted(tables)).toEqual(eachRowOnce(SCALE, FEW));
  expect(await differencesOfFew(pair, CONNECTION)).toEqual([]);
}
