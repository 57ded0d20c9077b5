import type { Engine } from '../../../../src/core/engineApi.ts';

/** How a table was gone about in a batch, and why; [] where the batch did not come to it. */
export function strategyOf(engine: Engine, batchId: string, table: string): readonly unknown[] {
  const chosen = engine
    .log({ batchId, limit: 10_000 })
    .find((row) => row.event === 'strategy_chosen' && row.table_name === table);
  return chosen === undefined ? [] : [chosen.detail.strategy, chosen.detail.reason];
}
