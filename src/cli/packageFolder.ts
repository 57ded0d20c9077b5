import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of this package: its sources lie at another depth than its bundle, and that than its chunks. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Where the build puts the window. */
export function windowFolder(): string {
  return join(packageFolder(), 'out', 'renderer');
}
