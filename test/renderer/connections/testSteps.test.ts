import { expect, test } from 'vitest';
import { allWell, hintFor, shownSteps } from '../../../src/renderer/pages/connections/model/testSteps.ts';
import type { ConnectionTestStep } from '../../../src/shared/contract.ts';
import { FailureCode } from '../../../src/shared/errors.ts';

const well = (step: ConnectionTestStep['step']): ConnectionTestStep => ({
  step,
  ok: true,
  facts: {},
  failure: null,
});
const refused: ConnectionTestStep = {
  step: 'sign_in',
  ok: false,
  facts: {},
  failure: { code: FailureCode.SourceSignIn, kind: 'permanent', message: 'no', params: {} },
};

test('the steps behind the one that failed are shown as not tried', () => {
  const steps = shownSteps('source', [well('name'), well('port'), well('tls'), refused]);
  expect(steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
    'name ok',
    'port ok',
    'tls ok',
    'sign_in failed',
    'version not_tried',
    'read not_tried',
  ]);
  expect(steps[3]?.failure).toBe(refused.failure);
});

test('an unencrypted link to another machine works, and is a warning', () => {
  const tls = { ...well('tls'), facts: { encrypted: false, sslmode: 'prefer', exposed: true } };
  const steps = shownSteps('central', [well('name'), well('port'), tls]);
  expect(steps.slice(0, 3).map(({ state }) => state)).toEqual(['ok', 'ok', 'warning']);
  expect(allWell([well('name'), tls])).toBe(true);
});

test('reading is tried at the branch, writing at head office', () => {
  expect(shownSteps('source', []).map(({ step }) => step)).toContain('read');
  expect(shownSteps('central', []).map(({ step }) => step)).toContain('write');
});

test('only a test whose every step went well proves that a database can be used', () => {
  expect(allWell([])).toBe(false);
  expect(allWell([well('name'), refused])).toBe(false);
  expect(allWell([well('name'), well('port')])).toBe(true);
});

test('the next step after a test is to test again, and no batch that is to go on', () => {
  expect(hintFor({ code: FailureCode.CentralUnreachable, params: {} })).toBe('unreachable');
  expect(hintFor({ code: FailureCode.SourceSignIn, params: {} })).toBe('signIn');
  expect(hintFor({ code: FailureCode.ServerStarting, params: {} })).toBe('later');
  const full = FailureCode.TooManyConnections;
  expect(hintFor({ code: full, params: { side: 'central' } })).toBe('headOfficeFull');
  expect(hintFor({ code: full, params: { side: 'source' } })).toBe('later');
  // What has to be granted is the same everywhere.
  expect(hintFor({ code: FailureCode.SourcePermission, params: {} })).toBeNull();
});
