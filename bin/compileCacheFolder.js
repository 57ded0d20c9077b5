import { existsSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import process from 'node:process';

/**
 * The folder for Node's compile cache, whose contents Node runs without comparing them to the source. Node's
 * default is in the shared temporary folder, where another user could plant code.
 *
 * @returns null if no folder is writable for this user alone
 */
export function compileCacheFolder() {
  try {
    const base = cacheFolder();
    if (base === null) return null;
    const folder = join(base, 'branchline', 'compiled');
    if (process.platform !== 'win32' && !isTrustedPath(nearest(folder))) return null;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const real = realpathSync(folder);
    // On Windows, only this user and administrators may write below %LOCALAPPDATA%.
    return process.platform === 'win32' || (isPrivate(real) && isTrustedPath(dirname(real))) ? real : null;
  } catch {
    // The cache only saves time, so errors are ignored.
    return null;
  }
}

/** Where this system keeps a user's caches. */
function cacheFolder() {
  const { LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
  if (process.platform === 'win32') return LOCALAPPDATA && isAbsolute(LOCALAPPDATA) ? LOCALAPPDATA : null;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME;
  return isAbsolute(homedir()) ? join(homedir(), '.cache') : null;
}

/** The folder, or its nearest existing parent. */
function nearest(folder) {
  let found = folder;
  while (!existsSync(found)) found = dirname(found);
  return realpathSync(found);
}

function isPrivate(folder) {
  const { uid, mode } = statSync(folder);
  return uid === process.getuid() && (mode & 0o077) === 0;
}

/** Whether only this user and root can replace this folder by another one. */
function isTrustedPath(folder) {
  const { uid, mode } = statSync(folder);
  const sticky = (mode & 0o1000) !== 0;
  if ((uid !== 0 && uid !== process.getuid()) || ((mode & 0o022) !== 0 && !sticky)) return false;
  const parent = dirname(folder);
  return parent === folder || isTrustedPath(parent);
}
