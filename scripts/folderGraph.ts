import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/**
 * `node scripts/folderGraph.ts` prints which folders of `src` import which others: the block in
 * docs/architecture.md, which a test compares. Type-only imports are left out, because they do not exist at
 * run time.
 */

/** Folders shown as one entry, including their subfolders. */
const WHOLE = [
  'shared',
  'renderer',
  'cli',
  'demo',
  'agent',
  'main',
  'app',
  'service',
  'window-api',
  'preload',
];
const IMPORT = /^(?:import|export)\s+(?!type\b)([^;]*?)\s*from\s+'(\.[^']+)'/gm;

/** One line per folder: `core/table -> core/load, core/target`. */
export function folderGraph(root: string): string {
  const graph = new Map<string, Set<string>>();
  for (const file of filesUnder(root)) {
    const from = entryOf(relative(root, file));
    const reached = graph.get(from) ?? new Set<string>();
    graph.set(from, reached);
    for (const [, what = '', path = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      if (isTypesAlone(what)) continue;
      const target = relative(root, normalize(join(dirname(file), path)));
      if (target.startsWith('..')) continue;
      const to = entryOf(target);
      if (to !== from) reached.add(to);
    }
  }
  return [...graph]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([from, reached]) => `${from} -> ${[...reached].sort().join(', ') || 'nothing'}`)
    .join('\n');
}

/** Whether an import has only types, such as `{ type A, type B }`. */
function isTypesAlone(what: string): boolean {
  const names = /^\{([\s\S]*)\}$/.exec(what.trim())?.[1]?.split(',') ?? [];
  const given = names.map((one) => one.trim()).filter((one) => one !== '');
  return given.length > 0 && given.every((one) => one.startsWith('type '));
}

function entryOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  if (WHOLE.includes(first)) return first;
  // Files directly in core are entries of their own.
  return second.endsWith('.ts') ? `${first}/${second.replace('.ts', '')}` : `${first}/${second}`;
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.tsx?$/.test(one.name) && !one.name.endsWith('.d.ts'))
    .map((one) => join(one.parentPath, one.name));
}

if (import.meta.main) console.log(folderGraph('src'));
