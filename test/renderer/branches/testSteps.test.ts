import { expect, test } from 'vitest';
import { DEFAULTS } from '../../../src/renderer/pages/branches/model/fields.ts';
import {
  allWell,
  hintFor,
  mayGoWithoutTls,
  otherSchema,
  placeOfFailure,
  shownSteps,
} from '../../../src/renderer/pages/branches/model/testSteps.ts';
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

/** A test that failed at a step. */
function failing(
  step: ConnectionTestStep['step'],
  code: FailureCode,
  more: {
    sqlstate?: string;
    message?: string;
    params?: Record<string, string | number>;
    address?: string;
  } = {},
): readonly ConnectionTestStep[] {
  const { sqlstate, message = 'no', params = {}, address = '10.0.0.5' } = more;
  const failure = { code, kind: 'permanent', message, params, ...(sqlstate && { sqlstate }) } as const;
  return [
    { ...well('name'), facts: { address } },
    { step, ok: false, facts: {}, failure },
  ];
}

test.each<[string, readonly ConnectionTestStep[], Partial<typeof DEFAULTS>, string | null]>([
  ['a name that nobody knows', failing('name', FailureCode.SourceUnreachable), {}, 'host'],
  [
    'nobody at the port',
    failing('port', FailureCode.SourceUnreachable, { message: 'connect ECONNREFUSED' }),
    {},
    'port',
  ],
  [
    'no way there',
    failing('port', FailureCode.CentralUnreachable, { message: 'timeout expired' }),
    {},
    'host',
  ],
  ['a wrong password', failing('sign_in', FailureCode.SourceSignIn, { sqlstate: '28P01' }), {}, 'password'],
  [
    'one of a file',
    failing('sign_in', FailureCode.SourceSignIn, { sqlstate: '28P01' }),
    { passwordFrom: 'passfile' },
    'passfile',
  ],
  [
    'a user who is not let in',
    failing('sign_in', FailureCode.CentralSignIn, { sqlstate: '28000' }),
    {},
    'user',
  ],
  [
    'a variable that is not set',
    failing('sign_in', FailureCode.PasswordMissing),
    { passwordFrom: 'variable' },
    'variable',
  ],
  ['no TLS', failing('tls', FailureCode.TlsNotOffered), {}, 'sslmode'],
  ['no such database', failing('read', FailureCode.DatabaseMissing), {}, 'database'],
  ['a full server', failing('sign_in', FailureCode.TooManyConnections), {}, null],
  ['an SSH password', failing('ssh', FailureCode.SshSignIn), { sshSignIn: 'password' }, 'sshSecret'],
])('the field to correct after %s', (_, steps, fields, place) => {
  expect(placeOfFailure(steps, { ...DEFAULTS, ...fields })).toBe(place);
});

test('another schema is proposed where the typed one has no tables, and one has', () => {
  const params = { schema: 'public', elsewhere: 'adempiere', elsewhereTables: 38 };
  expect(otherSchema(failing('read', FailureCode.SourceSchemaEmpty, { params }))).toEqual({
    schema: 'public',
    exists: true,
    elsewhere: 'adempiere',
    tables: 38,
  });
  expect(
    otherSchema(failing('read', FailureCode.SourceSchemaEmpty, { params: { schema: 'public' } })),
  ).toBeNull();
  expect(otherSchema(failing('read', FailureCode.SourcePermission, { params }))).toBeNull();
});

test.each([
  ['127.0.0.1', true],
  ['192.168.1.10', true],
  ['172.20.0.1', true],
  ['172.40.0.1', false],
  ['203.0.113.5', false],
  ['fd00::1', true],
  ['2001:db8::1', false],
])('going without TLS to %s is proposed: %s', (address, proposed) => {
  expect(mayGoWithoutTls(failing('tls', FailureCode.TlsNotOffered, { address }))).toBe(proposed);
  expect(mayGoWithoutTls(failing('tls', FailureCode.Tls, { address }))).toBe(false);
});
