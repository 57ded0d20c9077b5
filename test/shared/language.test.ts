import { expect, it } from 'vitest';
import { settingsSchema } from '../../src/shared/settings.ts';
import { chooseLanguage, LANGUAGES } from '../../src/shared/texts/language.ts';

it.each([
  [{ LANG: 'id_ID.UTF-8' }, 'id'],
  [{ LANG: 'id' }, 'id'],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'id_ID' }, 'id'],
  [{ LANG: 'id_ID.UTF-8', LC_MESSAGES: 'de_DE' }, 'en'],
  [{ LANG: 'id_ID.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'ido_XX' }, 'en'],
  [{ LANG: '' }, 'en'],
  [{}, 'en'],
])('a system with %o gets %s', (env, language) => {
  expect(chooseLanguage('auto', env)).toBe(language);
});

it('the settings take precedence over the system', () => {
  expect(chooseLanguage('en', { LANG: 'id_ID.UTF-8' })).toBe('en');
  expect(chooseLanguage('id', {})).toBe('id');
});

it.each(LANGUAGES)('a system in %s gets that language, unless the settings say otherwise', (language) => {
  expect(chooseLanguage('auto', { LANG: `${language}_XX.UTF-8` })).toBe(language);
  const { language: setting } = settingsSchema.shape;
  expect(setting.parse(language)).toBe(language);
});
