import { expect, test } from 'vitest';
import { countersQuery, noteRewritten, withoutCompared } from '../../../src/core/target/rewritten.ts';
import { unqualified } from '../trust/support/qualified.ts';

test('the statements that look for rewritten rows name nothing that a search path decides about', async () => {
  const [note = ''] = noteRewritten('pgsql_lmp', ['item', "it'em"], 'owner', 7);
  const clear = `UPDATE branchline.checkpoints SET ${withoutCompared({ owner: 7 })}`;
  for (const sql of [countersQuery('pgsql_lmp', 'pgsql_lmp'), note, clear])
    expect(await unqualified(sql, [])).toEqual([]);
});
