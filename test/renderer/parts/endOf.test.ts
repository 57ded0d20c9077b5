import { expect, test } from 'vitest';
import { CENTRAL } from '../../../src/renderer/parts/branchesPlace.ts';
import { endOf } from '../../../src/renderer/parts/trouble/groupFailures.ts';
import { FailureCode } from '../../../src/shared/errors.ts';
import { failedRow } from '../support/rows.ts';

test('a failure leads to the database at which it is mended', () => {
  const at = (code: FailureCode, params = {}): string => endOf(failedRow('c_invoice', code, params));
  expect(at(FailureCode.SourceUnreachable)).toBe('pgsql_lmp');
  expect(at(FailureCode.CentralUnreachable)).toBe(CENTRAL);
  // Of either database: the failure says of which.
  expect(at(FailureCode.Tls, { side: 'central' })).toBe(CENTRAL);
  expect(at(FailureCode.Tls, { side: 'source' })).toBe('pgsql_lmp');
  // Of a branch's table, but the layout is chosen at head office.
  expect(at(FailureCode.StampColumnTaken, { side: 'source' })).toBe(CENTRAL);
});
