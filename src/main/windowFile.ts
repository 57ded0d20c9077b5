import { extname, join, sep } from 'node:path';

/** What the build makes; anything else is not ours to serve. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * The file that an address of the window means.
 *
 * @param root folder of the built window
 * @param pathname as the address has it, percent signs included
 * @returns null for a path that leaves the folder, or a type that the build does not make
 */
export function windowFile(
  root: string,
  pathname: string,
): { readonly path: string; readonly type: string } | null {
  const decoded = decode(pathname);
  if (decoded === null || decoded.includes('\0') || decoded.includes('\\')) return null;
  const path = join(root, decoded);
  const type = TYPES[extname(path)];
  return path.startsWith(root + sep) && type !== undefined ? { path, type } : null;
}

function decode(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return null;
  }
}
