import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { transitionDiagram } from '../src/core/journal/transitions.ts';
import { settingsSchema } from '../src/shared/settings.ts';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

test('the diagram of the docs is printed from the table of legal moves', () => {
  expect(read('docs/architecture.md')).toContain(transitionDiagram().trim());
});

test('the settings in the docs are settings', () => {
  const example = /```json\n([\s\S]+?)```/.exec(read('docs/settings.md'))?.[1] ?? '';
  expect(settingsSchema.safeParse(JSON.parse(example)).error).toBeUndefined();
});
