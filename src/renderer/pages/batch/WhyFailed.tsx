import { Button, Code, Paper, Stack, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { TableRow } from '../../../shared/contract.ts';
import { visible, visibleLines } from '../../../shared/visible.ts';
import type { BatchView } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { WhyNotRun } from '../../parts/RunButtons.tsx';
import { FailureGroups } from '../../parts/trouble/FailureGroups.tsx';
import { groupFailures, needsConsent } from '../../parts/trouble/groupFailures.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './TableList.module.css';

/** Reasons shown above the tables; the others on request. */
const GROUPS_SHOWN = 2;

/** Why tables of a batch failed, the most frequent reason first. */
export function WhyFailed({ view: { batch, tables } }: { readonly view: BatchView }) {
  const t = useT();
  const labelOf = useLabels();
  const [isOpen, setOpen] = useState(false);
  const groups = useMemo(() => groupFailures(tables, t, labelOf), [tables, t, labelOf]);
  if (groups.length === 0) return null;
  const shown = isOpen ? groups : groups.slice(0, GROUPS_SHOWN);
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="why">
      <Title order={2} size="h4" mb="sm" id="why">
        {t('batchPage.why')}
      </Title>
      <Stack gap="xs">
        <FailureGroups batchId={batch.batch_id} groups={shown} />
        {shown.some(({ code }) => needsConsent(code)) && <WhyNotRun />}
      </Stack>
      {groups.length > GROUPS_SHOWN && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="md"
          aria-expanded={isOpen}
          onClick={() => setOpen((open) => !open)}
        >
          {isOpen ? t('troubles.showFewer') : t('batchPage.allReasons', { count: groups.length })}
        </Button>
      )}
    </Paper>
  );
}

/** What servers said about failures, for an administrator. The reason itself is told above the list. */
export function TechnicalDetails({ rows }: { readonly rows: readonly TableRow[] }) {
  const t = useT();
  const format = useFormat();
  return rows.map((row) => {
    const sqlstate = row.error_detail?.sqlstate;
    return (
      <dl key={`${row.connection}/${row.table_name}`} className={classes.technical}>
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
    );
  });
}
