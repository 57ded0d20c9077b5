import type { Engine } from '../../../src/core/engineApi.ts';
import type { VerifyRow } from '../../../src/shared/verify.ts';

/** Verifies one table. */
export async function verifyTable(engine: Engine, table: string, repair = false): Promise<VerifyRow> {
  const { tables } = await engine.verify({ trigger: 'cli', tables: [table], repair });
  const [row] = tables;
  if (row === undefined) throw new Error(`no verify of ${table}`);
  return row;
}
