import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FailureCode, UsageCode } from '../../src/shared/errors.ts';
import { namesOf } from '../../src/shared/naming.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';
import { visible, visibleJson, visibleLines } from '../../src/shared/visible.ts';

const UNSEEN =
  /[[\p{Control}\u2028\u2029\p{Default_Ignorable_Code_Point}]--[\u200c\u200d\ufe0f]]|[a-z_][\u200c\u200d\ufe0f]/v;

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

describe('a foreign text', () => {
  test('becomes one line that shows its contents', () => {
    expect(visible('a\u001b]0;x\u0007\n\u202eb')).toBe('a\\u001b]0;x\\u0007\\n\\u202eb');
    expect(visible('\u{e0041}')).toBe('\\udb40\\udc41');
    expect(visibleLines('a\n\tb\u001b')).toBe('a\n\tb\\u001b');
  });

  test('keeps every character that is seen, and shows every other', () => {
    const unseen =
      /^[[\p{Control}\p{Format}\p{Surrogate}\p{Default_Ignorable_Code_Point}\u2028\u2029]--[\u0600-\u0605\u06dd\u070f\u08e2]]$/v;
    const wrong = [];
    for (let code = 0; code <= 0xffff; code++) {
      const text = String.fromCharCode(code);
      const kept = code === 10 || code === 9;
      if ((visible(text) === text) === unseen.test(text)) wrong.push(code);
      if ((visibleLines(text) === text) === (unseen.test(text) && !kept)) wrong.push(code);
    }
    expect(wrong).toEqual([]);
  });

  test('in real use stays unchanged', () => {
    for (const text of ['c_invoice', 'Señal — “ä”', '発注', 'فاتورة', 'क्षि', '👩‍👩‍👧', 'a\\u001b'])
      expect(visible(text)).toBe(text);
    // A joiner that changes what is seen: Persian, Hindi, Sinhala, emoji.
    for (const text of [
      'می\u200cخواهم',
      'क्\u200dष',
      'ශ්\u200dරී',
      '❤\ufe0f\u200d🔥',
      '👩🏽\u200d⚕\ufe0f',
      '٪\u0600',
    ])
      expect(visible(text)).toBe(text);
  });

  test.each([
    ['\u00ad', 'c\\u00ad_x'],
    ['\u034f', 'c\\u034f_x'],
    ['\u115f', 'c\\u115f_x'],
    ['\u17b4', 'c\\u17b4_x'],
    ['\u180b', 'c\\u180b_x'],
    ['\u200b', 'c\\u200b_x'],
    ['\u200c', 'c\\u200c_x'],
    ['\u200d', 'c\\u200d_x'],
    ['\u2060', 'c\\u2060_x'],
    ['\u3164', 'c\\u3164_x'],
    ['\ufe0f', 'c\\ufe0f_x'],
    ['\uffa0', 'c\\uffa0_x'],
    ['\u{e0100}', 'c\\udb40\\udd00_x'],
  ])('that looks like another without %j shows it', (unseen, shown) => {
    expect(visible(`c${unseen}_x`)).toBe(shown);
  });

  test.each([
    'می\u200c\u200cخ',
    'می\u200c',
    '👩\u200d',
    '1\ufe0f',
    '👩\ufe0f\ufe0f',
    '\u200dक',
    '\u061c\u200cخ',
  ])('shows a joiner where it has no effect: %j', (text) => {
    expect(visible(text)).not.toBe(text);
    expect(visible(visible(text))).toBe(visible(text));
  });

  test('contains nothing invisible, and its JSON parses to the original', () => {
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

  test('keeps the placeholders in a name as text', () => {
    const t = createTranslator('en');
    const { sentence } = t.failure({
      code: FailureCode.SourceUnreachable,
      params: { connection: '$t(words.yes) {{host}}', host: 'h', port: 1 },
    });
    expect(sentence).toContain('$t(words.yes) {{host}}');
  });
});
