import { failureOfRow } from '../../../shared/texts/failureGroups.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { type FailureGroup, namesInGroup } from './groupFailures.ts';

/**
 * All that an administrator needs: what happened, to which tables, what the server said, and the SQL.
 *
 * @param timeOf writes a time
 */
export function adminText(
  group: FailureGroup,
  t: Translate,
  labelOf: (connection: string) => string,
  timeOf: (at: string) => string,
): string {
  const failures = group.rows.map(failureOfRow);
  const messages = [...new Set(group.rows.flatMap((row) => row.error_message ?? []))];
  const sql = [
    ...new Set(failures.flatMap(({ params }) => (typeof params.sql === 'string' ? params.sql : []))),
  ];
  // What to do may have the statements in it.
  const more = sql.filter((one) => !group.next.includes(one));
  const since = group.rows.flatMap((row) => row.ended_at ?? []).sort()[0];
  return [
    group.sentence,
    group.next,
    t('troubles.adminTables', { names: namesInGroup(group.rows, labelOf, t).join(', ') }),
    ...(since === undefined ? [] : [t('troubles.adminSince', { time: timeOf(since) })]),
    ...messages.map((message) => t('troubles.adminServer', { message })),
    ...(more.length > 0 ? ['', t('troubles.adminSql'), ...more] : []),
  ].join('\n');
}
