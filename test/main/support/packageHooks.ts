import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AfterPackContext } from 'electron-builder';

/** Beside the archive: the system's loader cannot read from inside it. */
const RUNTIME = 'test-runtime';
const RUNTIME_FILES = ['compat.cjs', 'polyfills.bundle.cjs', 'better_sqlite3.node'] as const;

/** What of the package runs in a main process or as Node. */
const ENTRIES = ['main/main.cjs', 'cli/branchline.cjs'] as const;

/**
 * electron-builder calls it before it takes the bundles. A packaged Electron ignores `-r`, so each
 * bundle that is started gets a first line that loads what the old runtime lacks.
 */
export function beforePack({ packager }: Pick<AfterPackContext, 'packager'>): void {
  for (const entry of ENTRIES) {
    const file = join(packager.projectDir, 'out', entry);
    writeFileSync(file, `require('../../../${RUNTIME}/compat.cjs');\n${readFileSync(file, 'utf8')}`);
  }
}

/** electron-builder calls it when all but the fuses is done. */
export function afterPack({ packager, appOutDir }: AfterPackContext): void {
  const kit = process.env.BRANCHLINE_TEST_ELECTRON ?? '';
  for (const file of RUNTIME_FILES) cpSync(join(kit, file), join(appOutDir, 'resources', RUNTIME, file));
  dropNewFuse(packager.config);
}

/** The old runtime has no such fuse, and electron-builder would refuse it. */
function dropNewFuse(config: { electronFuses?: unknown }): void {
  const { grantFileProtocolExtraPrivileges: _, ...known } = Object(config.electronFuses);
  config.electronFuses = known;
}
