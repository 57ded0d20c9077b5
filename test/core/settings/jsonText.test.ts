import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText, findJsonProblem } from '../../../src/core/settings/jsonText.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('finding what is wrong with JSON', () => {
  test.each([
    ['a truncated file', '{\n  "a": 1,\n  "b', 3, 5, 'json_ends'],
    ['an empty file', '', 1, 1, 'json_ends'],
    ['a comma too many', '{\n  "a": 1,\n}', 3, 1, 'json_unexpected'],
    ['a missing comma', '{"a": 1\n "b": 2}', 2, 2, 'json_unexpected'],
    ['a comment', '{ // no\n}', 1, 3, 'json_unexpected'],
    ['single quotes', "{'a': 1}", 1, 2, 'json_unexpected'],
    ['an unknown word', '{"a": yes}', 1, 7, 'json_unexpected'],
    ['a leading zero', '[007]', 1, 2, 'json_unexpected'],
    ['a backslash of a Windows path', '{"a": "C:\\Data"}', 1, 10, 'json_unexpected'],
    ['something behind the end', '{} x', 1, 4, 'json_unexpected'],
    ['a key that stands twice', '{"a": 1,\r\n"a": 2}', 2, 1, 'json_duplicate'],
  ])('names the place of %s', (_, text, line, column, reason) => {
    expect(findJsonProblem(text)).toMatchObject({ line, column, reason });
  });

  test('says zeros that a power cut left by their number', () => {
    expect(findJsonProblem('\0\0\0')).toMatchObject({ line: 1, column: 1, found: 'U+0000' });
  });

  test('finds nothing in what JSON.parse takes, and something in what it refuses', () => {
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '\\', 'x', '0', '\n', '\u2028'))
      .map(
        ([text, at, put]) =>
          text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (text) => {
        const problem = findJsonProblem(text);
        if (problem?.reason === 'json_duplicate') return;
        expect(problem === null).toBe(isJson(text));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('reading text', () => {
  test('takes UTF-8 and UTF-16 with a byte order mark, as Windows editors save it', () => {
    expect(decodeText(Buffer.from('\ufeff{"a":"é"}', 'utf8'))).toBe('{"a":"é"}');
    expect(decodeText(Buffer.from('\ufeff{"a":"é"}', 'utf16le'))).toBe('{"a":"é"}');
    expect(decodeText(Buffer.from('{"a":"é"}', 'utf8'))).toBe('{"a":"é"}');
  });

  test('refuses what is no text', () => {
    expect(decodeText(Buffer.from([0x7b, 0xff, 0xfe]))).toBeNull();
  });
});
