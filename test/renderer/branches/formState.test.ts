import { describe, expect, test } from 'vitest';
import {
  beginForm,
  isTouched,
  needsTest,
  pathOf,
  rebase,
  sameAccount,
  setField,
} from '../../../src/renderer/pages/branches/form/formState.ts';
import type { Target } from '../../../src/renderer/pages/branches/model/fields.ts';
import type { SettingsFile } from '../../../src/shared/settings.ts';

const document: SettingsFile = {
  central: { host: 'hq', database: 'd', user: 'u' },
  connections: [{ id: 'lampung', label: 'Lampung', host: 'h', database: 'd', user: 'u' }],
};
const base = { document, revision: 'r1' };
const fresh: Target = { kind: 'source', id: null };
const lampung: Target = { kind: 'source', id: 'lampung' };

test('the id of a new connection follows its name until somebody types one', () => {
  const named = setField(beginForm(base, fresh), 'label', 'Lampung');
  expect(named.fields.id).toBe('lampung_2');
  const typed = setField(setField(named, 'id', 'lpg'), 'label', 'Bandung');
  expect(typed.fields.id).toBe('lpg');
  expect(setField(setField(typed, 'id', ''), 'label', 'Metro').fields.id).toBe('metro');
});

test('the id of a connection that is there stays', () => {
  expect(setField(beginForm(base, lampung), 'label', 'Bandung').fields.id).toBe('lampung');
});

test('newer settings come under what was typed', () => {
  const typed = setField(beginForm(base, lampung), 'port', '6543');
  const connections = [{ id: 'lampung', label: 'LPG', host: 'new', port: 5433, database: 'd', user: 'u' }];
  const form = rebase(typed, { document: { ...document, connections }, revision: 'r2' });
  expect(form.fields).toMatchObject({ label: 'LPG', host: 'new', port: '6543' });
  expect(form.initial.port).toBe('5433');
  expect(form.base.revision).toBe('r2');
});

describe('what must be tried before it is written', () => {
  const form = beginForm(base, lampung);
  test('is whatever is new, or leads elsewhere', () => {
    expect(needsTest(beginForm(base, fresh))).toBe(true);
    expect(needsTest(setField(form, 'host', 'other'))).toBe(true);
    expect(needsTest({ ...form, password: 'x' })).toBe(true);
  });
  test('is no name that people see', () => {
    expect(needsTest(setField(form, 'label', 'x'))).toBe(false);
  });
});

test('a form is touched by what is typed, and by nothing else', () => {
  const form = beginForm(base, { kind: 'central' });
  expect(isTouched(form)).toBe(false);
  expect(isTouched(setField(form, 'user', 'x'))).toBe(true);
  expect(isTouched({ ...form, password: 'x' })).toBe(true);
  expect(isTouched(beginForm({ document: null, revision: null }, { kind: 'central' }))).toBe(false);
});

test('another account has another password', () => {
  const form = beginForm(base, lampung);
  expect(sameAccount(setField(form, 'label', 'x'))).toBe(true);
  expect(sameAccount(setField(form, 'user', 'x'))).toBe(false);
});

test('the problems of a connection stand at its place in the list', () => {
  expect(pathOf(document, lampung)).toBe('connections[0]');
  expect(pathOf(document, fresh)).toBe('connections[1]');
  expect(pathOf(null, { kind: 'central' })).toBe('central');
});
