import type { Translate } from '../../../shared/texts/translate.ts';
import { collidingRows, type VerifiedRow, VerifyResult } from '../../../shared/verify.ts';
import type { Format } from '../../words/format.ts';

/** Whether a table is verified identical at both ends. */
export type Proof = VerifyResult | 'never' | 'copied_since';

export interface ProofWords {
  readonly proof: Proof;
  readonly main: string;
  /** Since when it differs, or when it was last equal; null if there is nothing to say. */
  readonly more: string | null;
}

export function proofWords(verified: VerifiedRow | null, t: Translate, format: Format): ProofWords {
  if (verified === null) return { proof: 'never', main: t('tablesPage.proof.never'), more: null };
  const { proved_at: provedAt, checked_at: checkedAt, differs_since: differsSince } = verified;
  const result = proofOf(verified);
  const main = t(`tablesPage.proof.${result}`);
  if (differsSince !== null)
    return {
      proof: result,
      main,
      more: t('tablesPage.proof.since', { time: format.shortTime(differsSince) }),
    };
  if (result === VerifyResult.Equal || result === VerifyResult.Repaired) {
    const time = format.shortTime(provedAt ?? checkedAt);
    return { proof: result, main, more: time };
  }
  const more =
    provedAt === null
      ? t('tablesPage.proof.checked', { time: format.shortTime(checkedAt) })
      : t('tablesPage.proof.lastEqual', { time: format.shortTime(provedAt) });
  return { proof: result, main, more };
}

/** A known difference stays until something proves the table equal, whatever later verifies found. */
export function proofOf({ result, differs_since }: VerifiedRow): Exclude<Proof, 'never'> {
  if (differs_since !== null) return VerifyResult.Differs;
  return result === VerifyResult.Differs ? 'copied_since' : result;
}

/** Explains a proof, or the lack of one. */
export function meaningOf(verified: VerifiedRow, t: Translate): string {
  if (verified.differs_since !== null && collidingRows(verified) > 0)
    return t('tablesPage.meaning.collides', { others: verified.shared_with.join(', ') });
  return t(`tablesPage.meaning.${proofOf(verified)}`);
}

/** A verify's findings in sentences. */
export function findings(row: VerifiedRow, t: Translate, format: Format): readonly string[] {
  const count = (value: number | null): string => format.count(value ?? 0);
  return [
    ...(row.source_rows === null
      ? []
      : [t('tablesPage.found.rows', { source: count(row.source_rows), central: count(row.central_rows) })]),
    ...(row.differing_ranges === 0
      ? []
      : [t('tablesPage.found.ranges', { count: row.differing_ranges, number: count(row.differing_ranges) })]),
    ...(row.different_rows ? [t('tablesPage.found.different', { number: count(row.different_rows) })] : []),
    ...(row.missing_rows ? [t('tablesPage.found.missing', { number: count(row.missing_rows) })] : []),
    ...(row.extra_rows ? [t('tablesPage.found.extra', { number: count(row.extra_rows) })] : []),
    ...(row.newer_rows ? [t('tablesPage.found.newer', { number: count(row.newer_rows) })] : []),
    ...(row.collisions ? [t('tablesPage.found.collisions', { number: count(row.collisions) })] : []),
    ...(row.repaired_rows + row.repaired_deletes === 0
      ? []
      : [
          t('tablesPage.found.repaired', {
            rows: count(row.repaired_rows),
            deletes: count(row.repaired_deletes),
            bytes: format.bytes(row.repaired_bytes),
          }),
        ]),
    ...(row.left_out.length === 0
      ? []
      : [t('tablesPage.found.leftOut', { columns: row.left_out.join(', ') })]),
    ...(row.reason === null ? [] : [t(`tablesPage.notCompared.${row.reason}`)]),
  ];
}
