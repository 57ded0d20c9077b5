import { expect, test } from 'vitest';
import { sayRefusal } from '../../../src/renderer/words/refusal.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';

const t = createTranslator('en');
const same = (connection: string): string => connection;

test('a wrong settings file is a title and its mistakes, and is not said to have stopped everything', () => {
  const problems = 'central.host: is missing\nconnections[0].id: must be letters';
  const params = { file: '/data/settings.json', problems };
  const said = sayRefusal({ kind: 'usage', code: 'settings_invalid', params }, t, same);
  expect(said.what).toBe('The settings file has mistakes');
  expect(said.problems).toEqual([
    { path: 'central.host', reason: 'is missing' },
    { path: 'connections[0].id', reason: 'must be letters' },
  ]);
  expect(said.rest.join(' ')).toContain('the settings it had before');
  expect(said.rest.join(' ')).toContain('/data/settings.json');
});

test('any other refusal is told as at the command line', () => {
  const said = sayRefusal({ kind: 'usage', code: 'no_connections', params: {} }, t, same);
  expect(said).toEqual({
    what: t.usage('no_connections', {}).what,
    problems: [],
    rest: [t.usage('no_connections', {}).means, t.usage('no_connections', {}).next],
  });
});
