import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderGraph } from '../scripts/folderGraph.ts';
import { transitionDiagram } from '../src/core/journal/transitions.ts';
import { FailureCode } from '../src/shared/errors.ts';
import { settingsSchema } from '../src/shared/settings.ts';
import { failures } from '../src/shared/texts/en/failures.ts';
import { SENTENCES } from './faults/support/sentences.ts';

const isPage = (name: string): boolean => name.endsWith('.md');
const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

test('the diagram of the docs is printed from the table of legal moves', () => {
  expect(read('docs/architecture.md')).toContain(transitionDiagram().trim());
});

test('the graph of folders in the docs is that of the code, and has no cycle', () => {
  const graph = folderGraph('src');
  expect(read('docs/architecture.md')).toContain(graph);
  const edges = graph.split('\n').map((line) => line.split(' -> '));
  const reaches = new Map(edges.map(([from = '', to = '']) => [from, to.split(', ')]));
  const visit = (folder: string, path: readonly string[]): readonly string[] =>
    path.includes(folder)
      ? [[...path, folder].join(' -> ')]
      : (reaches.get(folder) ?? []).flatMap((next) => visit(next, [...path, folder]));
  expect(visit('main', [])).toEqual([]);
  expect(visit('cli', [])).toEqual([]);
});

test('the docs name source files that are there', () => {
  const pages = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  const files = ['src', 'test', 'bench', 'scripts', '.ci'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `/${folder}/${name}`),
  );
  const gone = [...pages, 'README.md', 'CONTRIBUTING.md', 'SECURITY.md'].flatMap((page) =>
    [...read(page).matchAll(/[\w./-]+\.tsx?\b/g)]
      .map(([name]) => name.replaceAll('../', ''))
      .filter((name) => !files.some((file) => file.endsWith(`/${name}`)))
      // Those of the checkout's own folder.
      .filter((name) => !existsSync(name))
      .map((name) => `${page}: ${name}`),
  );
  expect(gone).toEqual([]);
});

test('the settings in the docs are settings', () => {
  const example = /```json\n([\s\S]+?)```/.exec(read('docs/settings.md'))?.[1] ?? '';
  expect(settingsSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
});

test('the pictures that pages show are there', () => {
  const pages = [
    'README.md',
    ...readdirSync('docs')
      .filter(isPage)
      .map((name) => `docs/${name}`),
  ];
  const shown = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)]+\.png)\)/g)].map((match) => join(dirname(page), match[1] ?? '')),
  );
  expect(shown).toContain('docs/images/tray-attention-id.png');
  expect(shown.filter((file) => !existsSync(file))).toEqual([]);
});

describe('the page of faults', () => {
  const page = read('docs/faults.md');

  test.each(Object.entries(SENTENCES))('says what the person is told: %s', (_, sentences) => {
    const said = (['source', 'central'] as const).map((side) => sentences(side).en.sentence);
    expect(said.some((sentence) => page.includes(sentence))).toBe(true);
  });

  test.each(Object.values(FailureCode))('has the code %s with its sentence', (code) => {
    const sentence = failures[code].sentence.replaceAll('|', '\\|').replaceAll(/\{\{(\w+)\}\}/g, '*$1*');
    expect(page).toContain(`| \`${code}\` | ${sentence} |`);
  });

  test('has no code that there is no more', () => {
    const known: readonly string[] = Object.values(FailureCode);
    const listed = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map((match) => match[1] ?? '');
    expect(listed.filter((code) => !known.includes(code))).toEqual([]);
  });

  test('names tests that are there', () => {
    const files = [...page.matchAll(/\]\(\.\.\/(test[^)]+)\)/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !existsSync(new URL(`../${file}`, import.meta.url)))).toEqual([]);
  });
});
