import { describe, expect, it } from 'vitest';
import { FailureCode, UsageCode } from '../../src/shared/errors.ts';
import { CATALOGUES } from '../../src/shared/texts/catalogues.ts';
import { en } from '../../src/shared/texts/en/index.ts';
import { LANGUAGES } from '../../src/shared/texts/language.ts';
import { createTranslator } from '../../src/shared/texts/translate.ts';

type Tree = { readonly [name: string]: string | Tree };

function leaves(tree: Tree, path = ''): [key: string, text: string][] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return typeof value === 'string' ? [[key, value] as [string, string]] : leaves(value, key);
  });
}

/** Indonesian has one plural form, English two: what counts is what can be asked for. */
const asked = (key: string): string => key.replace(/_(one|other)$/, '');
const variables = (text: string): string[] =>
  [...new Set([...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1] ?? ''))].sort();

const english = leaves(en);

describe.each(LANGUAGES.filter((one) => one !== 'en'))('the catalogue of %s', (language) => {
  const texts = leaves(CATALOGUES[language]);
  const translated = new Map(texts);

  it('has the keys of English', () => {
    const keys = new Set(english.map(([key]) => asked(key)));
    expect(new Set([...translated.keys()].map(asked))).toEqual(keys);
  });

  it('names the same values as English', () => {
    const differing = english.filter(([key, text]) => {
      if (key.endsWith('_one')) return false;
      return variables(text).join() !== variables(translated.get(key) ?? '').join();
    });
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  it('leaves no text empty', () => {
    expect([...english, ...texts].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('leaves no sentence untranslated but the one that scripts look for', () => {
    const isSentence = (text: string): boolean =>
      text.split(' ').length > 3 && /\p{L}/u.test(text.replaceAll(/{{\w+}}/g, ''));
    const same = english.filter(([key, text]) => isSentence(text) && text === translated.get(key));
    expect(same.map(([key]) => key)).toEqual(['usage.batch_unknown.what']);
  });
});

describe.each(LANGUAGES)('in %s', (language) => {
  const t = createTranslator(language);

  it.each(Object.values(FailureCode))('the failure %s has a sentence and a next step', (code) => {
    const { sentence, next } = t.failure({ code, params: {} });
    expect(sentence).not.toContain('failure.');
    expect(next).not.toContain('failure.');
    expect(`${sentence} ${next}`).not.toContain('{{');
  });

  it.each(Object.values(UsageCode))('the wrong use %s has its three texts', (code) => {
    const texts = t.usage(code, { nearest: 'this' });
    expect(Object.values(texts).join(' ')).not.toMatch(/usage\.|{{/);
    expect(texts.hint).toContain('this');
  });
});

describe('a translator', () => {
  it('chooses the plural', () => {
    const t = createTranslator('en');
    expect(t('cli.status.failedTables', { count: 1 })).toBe('1 table failed:');
    expect(t('cli.status.failedTables', { count: 3 })).toBe('3 tables failed:');
    expect(createTranslator('id')('cli.status.failedTables', { count: 1 })).toBe('1 tabel gagal:');
  });

  it('inserts values unchanged, whatever they look like', () => {
    const t = createTranslator('en');
    expect(t.usage('batch_unknown', { batch: '<{{x}} $t(help.program) & "y">' }).what).toBe(
      'Batch ID [<{{x}} $t(help.program) & "y">] not found.',
    );
  });

  it('keeps the line that scripts search for in English', () => {
    expect(createTranslator('id').usage('batch_unknown', { batch: 'invalid_batch_id' }).what).toBe(
      'Batch ID [invalid_batch_id] not found.',
    );
  });

  it('writes counts, times and triggers as people do, and ports unchanged', () => {
    const t = createTranslator('id');
    expect(
      t.failure({ code: 'too_many_deletes', params: { deletes: 12345, rows: 20000 } }).sentence,
    ).toContain('12.345 dari 20.000');
    const held = t.usage('lease_held', {
      face: 'tray',
      pid: 12345,
      host: 'pc',
      since: '2025-11-08T01:41:05Z',
    });
    expect(held.what).toContain('aplikasi tray, proses 12345');
    expect(held.what).toMatch(/8 Nov 2025, \d\d\.\d\d\.\d\d/);
    expect(t.failure({ code: 'source_unreachable', params: { host: 'pc', port: 5432 } }).next).toContain(
      'pc:5432',
    );
  });
});
