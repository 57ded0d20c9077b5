import { atCentral } from './branch.ts';
import type { DatabasePair } from './databases.ts';

/** Makes Branchline's own tables at head office what version 4 of them was. */
export function asOfVersion4(pair: DatabasePair): Promise<void> {
  return atCentral(
    pair,
    'ALTER TABLE branchline.checkpoints DROP COLUMN follows, RESET (toast_tuple_target)',
    'ALTER TABLE branchline.sources DROP COLUMN fence, DROP COLUMN unchanged, RESET (fillfactor)',
    'ALTER TABLE branchline.setup DROP COLUMN spread_seconds',
    'DELETE FROM branchline.setup WHERE version > 4',
    'INSERT INTO branchline.setup (version) VALUES (4) ON CONFLICT DO NOTHING',
  );
}

/**
 * What a program for version 4 does to claim a connection: it raises the claim, but not the fence, and the epoch of each
 * checkpoint. The journal of a test knows nothing of such a claim, so the fence is lowered instead.
 */
export function claimAsVersion4(pair: DatabasePair): Promise<void> {
  return atCentral(
    pair,
    'UPDATE branchline.sources SET fence = fence - 1, heartbeat = NULL',
    'UPDATE branchline.checkpoints SET epoch = epoch + 1',
  );
}
