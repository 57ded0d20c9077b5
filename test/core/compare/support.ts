import { setTimeout } from 'node:timers/promises';
import type { Engine } from '../../../src/core/engineApi.ts';
import type { VerifyRow } from '../../../src/shared/verify.ts';
import type { DatabasePair } from '../../support/databases.ts';

/** Verifies one table. */
export async function verifyTable(engine: Engine, table: string, repair = false): Promise<VerifyRow> {
  const { tables } = await engine.verify({ trigger: 'cli', tables: [table], repair });
  const [row] = tables;
  if (row === undefined) throw new Error(`no verify of ${table}`);
  return row;
}

/**
 * Waits until every transaction that began before has ended, anywhere on the branch's server: a mark taken
 * while one of them runs counts what was written since it began as newer.
 */
export async function settled(pair: DatabasePair): Promise<void> {
  const client = await pair.source.connectAdmin();
  try {
    const { rows } = await client.query<{ now: string }>('SELECT txid_current() AS now');
    const query = 'SELECT txid_snapshot_xmin(txid_current_snapshot()) > $1 AS ended';
    for (;;) {
      const found = await client.query<{ ended: boolean }>(query, [rows[0]?.now]);
      if (found.rows[0]?.ended === true) return;
      await setTimeout(20);
    }
  } finally {
    await client.end();
  }
}
