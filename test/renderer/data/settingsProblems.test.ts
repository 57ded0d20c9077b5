import { expect, test } from 'vitest';
import { Refused, refusalOf } from '../../../src/renderer/data/calls.ts';
import {
  NOT_WRITTEN,
  problemsElsewhere,
  problemsOf,
  reasonAt,
} from '../../../src/renderer/data/settingsProblems.ts';
import { settingsSchema } from '../../../src/shared/settings.ts';

/** As src/core/settings writes it. */
const params = {
  problems:
    'connections[1].port: must be at most 65535\nconnections[1].tables[0].name: must not be empty\ncentral.host: is missing: really',
};

test('a refusal is a list of paths with their reasons', () => {
  expect(problemsOf(params)).toEqual([
    { path: 'connections[1].port', reason: 'must be at most 65535' },
    { path: 'connections[1].tables[0].name', reason: 'must not be empty' },
    { path: 'central.host', reason: 'is missing: really' },
  ]);
  expect(problemsOf({})).toEqual([]);
});

test('a field shows its own reason, and those of what is inside of it', () => {
  const problems = problemsOf(params);
  expect(reasonAt(problems, 'connections[1].port')).toBe('must be at most 65535');
  expect(reasonAt(problems, 'connections[1].tables')).toBe('must not be empty');
  expect(reasonAt(problems, 'connections[1].po')).toBeNull();
  expect(reasonAt(problems, 'connections[0].port')).toBeNull();
});

test('what no field shows is left for the list', () => {
  const problems = problemsOf(params);
  expect(problemsElsewhere(problems, ['connections[1].port', 'connections[1].tables'])).toEqual([
    { path: 'central.host', reason: 'is missing: really' },
  ]);
});

test('each refusal of a save is what a form can do something about', () => {
  const refused = (code: string) => new Refused({ kind: 'usage', code: code as 'settings_invalid', params });
  expect(refusalOf(refused('settings_changed'))).toEqual({ kind: 'changed' });
  expect(refusalOf(refused('settings_invalid'))).toMatchObject({ kind: 'invalid' });
  expect(refusalOf(refused('service_running'))).toMatchObject({ kind: 'other' });
  expect(refusalOf(new Error('gone'))).toMatchObject({ kind: 'other' });
});

test('settings without a head office are none', () => {
  expect(settingsSchema.safeParse(NOT_WRITTEN).success).toBe(false);
});
