import { globSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';

/** Attributes and properties whose value a person sees or hears. */
const SPOKEN =
  /^(aria-label|aria-description|aria-roledescription|aria-valuetext|label|title|placeholder|description|alt|error|text|confirm|message|nothingFoundMessage|legend)$/;

/** Names and marks that are the same in every language. */
const NOT_TEXT = /^[^\p{L}]*$|^(Branchline|PostgreSQL|English|Bahasa Indonesia|https:\/\/)$/u;

/** More than one word, the first of them with a capital: a sentence, wherever it stands. */
const SENTENCE = /^\p{Lu}\p{Ll}*[ ,]+\p{L}/u;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string';
}

/** Texts in a component that do not come from the catalogues. */
function hardCoded(file: string, source: string): readonly string[] {
  const found: string[] = [];
  const note = (node: Node, text: string): void => {
    if (NOT_TEXT.test(text.trim())) return;
    // Beside the components these are names of fields.
    if (file.endsWith('.ts') && /^[a-z][A-Za-z]*$/.test(text)) return;
    const line = source.slice(0, node.start).split('\n').length;
    found.push(`${file}:${line}: ${text.trim()}`);
  };
  /** @param spoken whether what this comes to is shown as it is */
  const walk = (node: Node, spoken: boolean): void => {
    if (node.type === 'JSXText') note(node, String(node.value));
    if (node.type === 'Literal' && typeof node.value === 'string' && (spoken || SENTENCE.test(node.value)))
      note(node, node.value);
    if (spoken && node.type === 'TemplateElement')
      note(node, String(Reflect.get(node.value as object, 'raw')));
    // For the log of whoever looks for a fault: no person is shown it.
    if (node.type === 'NewExpression' && /Error$/.test(nameOf(node.callee as Node))) return;
    for (const [key, value] of Object.entries(node)) {
      for (const child of Array.isArray(value) ? value : [value])
        if (isNode(child)) walk(child, isSpoken(node, key, child, spoken));
    }
  };
  walk(parseSync(file, source).program as unknown as Node, false);
  return found;
}

/** Whether a part of something is shown, given whether the whole is. */
function isSpoken(node: Node, key: string, child: Node, spoken: boolean): boolean {
  switch (node.type) {
    case 'JSXElement':
    case 'JSXFragment':
      return key === 'children' && child.type === 'JSXExpressionContainer';
    case 'JSXAttribute':
      return key === 'value' && SPOKEN.test(String((node.name as Node).name));
    case 'Property':
      return key === 'value' && SPOKEN.test(nameOf(node.key as Node));
    case 'ConditionalExpression':
      return spoken && key !== 'test';
    case 'LogicalExpression':
    case 'JSXExpressionContainer':
    case 'TemplateLiteral':
      return spoken;
    default:
      return false;
  }
}

function nameOf(key: Node): string {
  return String(key.name ?? key.value ?? '');
}

describe('components', () => {
  const files = globSync('src/renderer/**/*.{ts,tsx}');

  test('are looked for where they are', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  test.each(files)('%s has no text of its own: all of it is in both catalogues', (file) => {
    expect(hardCoded(file, readFileSync(file, 'utf8'))).toEqual([]);
  });
});

test('every way to write a text into a component is found', () => {
  const ways = [
    '<p>Hello there</p>',
    "<p>{'Hello there'}</p>",
    '<p>{`Hello ${name} there`}</p>',
    "<p>{ok ? 'Hello' : t('x')}</p>",
    "<p>{ok && 'Hello'}</p>",
    '<button aria-label="Hello" />',
    "<Field label={ok ? 'Hello' : t('x')} />",
    "show({ title: 'Hello' })",
    "tell(ok ? 'Hello there' : t('x'))",
    "['Hello there']",
  ];
  for (const way of ways) expect(hardCoded('way.tsx', `const way = ${way};`), way).not.toEqual([]);
  const right = [
    "<p>{t('a.b')}</p>",
    '<p>·</p>',
    "<p className={ok ? 'wide' : 'narrow'}>{count}</p>",
    "<Link href='/history'>{t('x')}</Link>",
    "<p>{status === 'failed' ? t('x') : t('y')}</p>",
  ];
  for (const way of right) expect(hardCoded('way.tsx', `const way = ${way};`), way).toEqual([]);
});
