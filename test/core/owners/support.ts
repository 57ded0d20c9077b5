import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { atCentral } from '../../support/branch.ts';
import type { DatabasePair } from '../../support/databases.ts';
import type { Home } from '../../support/home.ts';

/** Another branch with the same head office, in a data folder of its own. */
export function withCentralOf(branch: DatabasePair, other: DatabasePair): DatabasePair {
  return { ...branch, central: other.central, [Symbol.asyncDispose]: async () => {} };
}

/** Makes head office what version 2 of Branchline's own tables was. */
export function asOfVersion2(pair: DatabasePair): Promise<void> {
  return atCentral(
    pair,
    'ALTER TABLE branchline.sources DROP COLUMN layout, DROP COLUMN target_schema, DROP COLUMN fence, DROP COLUMN unchanged',
    'ALTER TABLE branchline.checkpoints DROP COLUMN follows',
    'DROP TABLE branchline.delete_rights',
    'DELETE FROM branchline.setup WHERE version > 2',
    'INSERT INTO branchline.setup (version) VALUES (2) ON CONFLICT DO NOTHING',
  );
}

/** Makes a data folder one of the same installation. */
export function copyInstallation(from: Home, to: Home): void {
  copyFileSync(join(from.folder, 'installation.json'), join(to.folder, 'installation.json'));
}
