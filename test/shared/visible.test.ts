import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FailureCode, UsageCode } from '../../src/shared/errors.ts';
import { namesOf } from '../../src/shared/names.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { visible, visibleJson, visibleLines } from '../../src/shared/visible.ts';

const UNSEEN = /[\p{Control}\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\u{e0000}-\u{e007f}]/u;

/** Names that people at the other end may give a table. */
const HOSTILE = [
  'a\u001b]0;owned\u0007b',
  'a\u009b31mb',
  'a\nAll tables are up to date.',
  'a\r\u001b[2Kb',
  'gpj.\u202etxe',
  'a\u2066b\u2069',
  'a\u2028b',
  'a\u{e0041}b',
  'a\ud800b',
  '$t(words.yes) {{host}} {{- sql}}',
  '<img src=x onerror=alert(1)>',
];

describe('a text of somebody else', () => {
  test('is one line that shows what is in it', () => {
    expect(visible('a\u001b]0;x\u0007\n\u202eb')).toBe('a\\u001b]0;x\\u0007\\n\\u202eb');
    expect(visible('\u{e0041}')).toBe('\\udb40\\udc41');
    expect(visibleLines('a\n\tb\u001b')).toBe('a\n\tb\\u001b');
  });

  test('that people really use stays as it is', () => {
    for (const text of ['c_invoice', 'Señal — “ä”', '発注', 'فاتورة', 'क्षि', '👩‍👩‍👧', 'a\\u001b'])
      expect(visible(text)).toBe(text);
  });

  test('has nothing unseen left, and its JSON is what it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(UNSEEN);
        expect(visible(visible(text))).toBe(visible(text));
        expect(JSON.parse(visibleJson({ text }))).toEqual(JSON.parse(JSON.stringify({ text })));
        expect(visibleJson({ text })).not.toMatch(UNSEEN);
      }),
    );
  });
});

describe('a sentence with hostile values', () => {
  const names = [
    'connection',
    'table',
    'schema',
    'host',
    'user',
    'database',
    'column',
    'file',
    'name',
    'reason',
  ];

  test.each(HOSTILE)('does what it says and nothing else: %j', (hostile) => {
    const params = Object.fromEntries(names.map((name) => [name, hostile]));
    for (const language of ['en', 'id'] as const) {
      const t = createTranslator(language);
      for (const code of Object.values(FailureCode)) {
        const { sentence, next } = t.failure({ code, params });
        expect(`${sentence}${next}`.replaceAll('\n', '')).not.toMatch(UNSEEN);
        expect(sentence).not.toContain('\n');
      }
      for (const code of Object.values(UsageCode)) {
        const { what, means } = t.usage(code, params);
        // Two of them have several lines of their own.
        expect(`${what}${means}`.replaceAll('\n', '')).not.toMatch(UNSEEN);
        expect(what).not.toContain('\nAll tables');
      }
      expect(namesOf([hostile], t)).not.toMatch(UNSEEN);
    }
  });

  test('keeps the placeholders of a name as its letters', () => {
    const t = createTranslator('en');
    const { sentence } = t.failure({
      code: FailureCode.SourceUnreachable,
      params: { connection: '$t(words.yes) {{host}}', host: 'h', port: 1 },
    });
    expect(sentence).toContain('$t(words.yes) {{host}}');
  });
});
