import { expect, test } from 'vitest';
import { renderConnectionTest } from '../../src/cli/declare/connection.ts';
import type { ConnectionTestStep } from '../../src/shared/contract.ts';
import { lookOf } from './rows.ts';

function tls(facts: ConnectionTestStep['facts']): readonly string[] {
  return renderConnectionTest('central', [{ step: 'tls', ok: true, facts, failure: null }], lookOf());
}

test('an unencrypted link to another machine causes a warning that says what to set', () => {
  const text = tls({ encrypted: false, sslmode: 'prefer', exposed: true }).join('\n');
  expect(text).toContain('"sslmode": "verify-full"');
  expect(text).not.toContain('exposed');
  expect(text).not.toContain('✓');
});

test('one to this machine, or an encrypted one, does not', () => {
  const text = tls({ encrypted: true, sslmode: 'verify-full' }).join('\n');
  expect(text).toContain('✓');
  expect(text).not.toContain('"sslmode":');
});

test('a full head office is told as in the window: there is no batch to resume', () => {
  const failure = {
    code: 'too_many_connections',
    kind: 'transient',
    message: 'sorry, too many clients already',
    params: { side: 'central', server: 'head office' },
  } as const;
  const look = lookOf();
  const text = renderConnectionTest(
    'central',
    [{ step: 'sign_in', ok: false, facts: {}, failure }],
    look,
  ).join(' ');
  expect(text.replace(/\s+/g, ' ')).toContain(look.t('branchesPage.hint.headOfficeFull'));
  expect(text).not.toContain('Resume the batch');
});
