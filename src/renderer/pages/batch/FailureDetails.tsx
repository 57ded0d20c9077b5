import { Code, Stack } from '@mantine/core';
import type { TableRow } from '../../../shared/contract.ts';
import { visible, visibleLines } from '../../../shared/visible.ts';
import { useLabels } from '../../data/useLabels.ts';
import { FailureGroups } from '../../parts/trouble/FailureGroups.tsx';
import { groupFailures } from '../../parts/trouble/groupFailures.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './TableList.module.css';

/** Why a table failed: in words and what to do, then what an administrator needs. */
export function FailureDetails({ row }: { readonly row: TableRow }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const sqlstate = row.error_detail?.sqlstate;
  return (
    <Stack gap="sm">
      <FailureGroups batchId={row.batch_id} groups={groupFailures([row], t, labelOf)} named={false} />
      <dl className={classes.technical}>
        {row.error_message !== null && (
          <>
            <dt>{t('batchPage.error.message')}</dt>
            <dd>
              <Code block className={classes.message}>
                {visibleLines(row.error_message)}
              </Code>
            </dd>
          </>
        )}
        {sqlstate !== undefined && (
          <>
            <dt>{t('batchPage.error.sqlstate')}</dt>
            <dd>{visible(sqlstate)}</dd>
          </>
        )}
        <dt>{t('batchPage.error.code')}</dt>
        <dd>{row.error_code}</dd>
        {row.ended_at !== null && (
          <>
            <dt>{t('batchPage.error.since')}</dt>
            <dd>
              {format.dateTime(row.ended_at)}
              {row.retry_count > 0 && `, ${t('batchPage.retries', { count: row.retry_count })}`}
            </dd>
          </>
        )}
      </dl>
    </Stack>
  );
}
