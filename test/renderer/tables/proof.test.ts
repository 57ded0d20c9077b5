import { describe, expect, it } from 'vitest';
import { findings, proofWords } from '../../../src/renderer/pages/tables/proof.ts';
import { createFormat } from '../../../src/renderer/words/format.ts';
import { createTranslator } from '../../../src/shared/texts/translate.ts';
import { verified } from './states.ts';

const t = createTranslator('en');
const format = createFormat('en', 'Asia/Jakarta');

describe('the badge of a table', () => {
  it('says when it was proved', () => {
    const row = verified({ result: 'equal', proved_at: '2020-11-22T01:41:00.000Z' });
    expect(proofWords(row, t, format)).toEqual({
      proof: 'equal',
      main: 'verified identical',
      more: '22 Nov 2020, 08:41',
    });
  });

  it('says since when it differs, also where a later verify could not compare it (A10)', () => {
    const since = { differs_since: '2026-11-22T02:00:00.000Z' };
    for (const result of ['differs', 'failed', 'behind'] as const)
      expect(proofWords(verified({ result, ...since }), t, format)).toMatchObject({
        proof: 'differs',
        main: 'differs',
        more: expect.stringContaining('since'),
      });
  });

  it('does not say that it differs once a pass has looked at all its rows', () => {
    const row = verified({ result: 'differs', differs_since: null });
    expect(proofWords(row, t, format)).toMatchObject({ proof: 'copied_since', main: 'copied anew since' });
  });

  it('says when it was equal last, where it is not', () => {
    const row = verified({ result: 'behind', proved_at: '2020-11-22T01:41:00.000Z' });
    expect(proofWords(row, t, format)).toMatchObject({
      main: 'behind',
      more: 'last equal 22 Nov 2020, 08:41',
    });
  });

  it('says when it was looked at, where it never was equal', () => {
    const row = verified({ result: 'behind', checked_at: '2020-11-22T02:00:00.000Z' });
    expect(proofWords(row, t, format)).toMatchObject({
      main: 'behind',
      more: 'compared 22 Nov 2020, 09:00',
    });
  });

  it('says that nobody has looked', () => {
    expect(proofWords(null, t, format)).toEqual({ proof: 'never', main: 'never verified', more: null });
  });
});

describe('what a verify found', () => {
  it('is told in full, and no zeros', () => {
    const row = verified({
      result: 'differs',
      source_rows: 1000,
      central_rows: 998,
      differing_ranges: 1,
      missing_rows: 2,
      extra_rows: 0,
      different_rows: null,
      left_out: ['geom', 'doc'],
    });
    expect(findings(row, t, format)).toEqual([
      'The branch has 1,000 rows, head office 998.',
      '1 range of keys is not the same.',
      'Rows that head office lacks: 2.',
      'Columns that could not be compared: geom, doc.',
    ]);
  });

  it('tells what was mended', () => {
    const row = verified({
      result: 'repaired',
      repaired_rows: 0,
      repaired_deletes: 3,
      repaired_bytes: 34_567,
    });
    expect(findings(row, t, format)).toEqual(['Repaired: 0 rows written, 3 deleted, 34.6\u00a0kB sent.']);
  });

  it('tells why it could not be compared', () => {
    const row = verified({ result: 'not_compared', reason: 'no_key_shared' });
    expect(findings(row, t, format).join()).toContain('no key');
  });
});
