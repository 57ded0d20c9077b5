import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { TableStatus } from '../../../shared/status.ts';
import { failureOfRow } from '../../../shared/texts/failureOfRow.ts';
import type { TableState } from '../../../shared/window/views.ts';
import { useLabels } from '../../data/useLabels.ts';
import { useNow } from '../../data/useNow.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { sayFailure } from '../../words/failure.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/** How the last run of a table went, and up to when head office has it. */
export function LastRun({ state: { last, success } }: { readonly state: TableState }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const labelOf = useLabels();
  const said = last?.status === TableStatus.Failed ? sayFailure(failureOfRow(last), t, labelOf) : null;
  return (
    <>
      {last !== null && (
        <Text component="div">
          <StatusMark of={last.status} kind="table" />
        </Text>
      )}
      {said !== null && (
        <>
          <Text>{said.sentence}</Text>
          <Text c="dimmed">{said.next}</Text>
        </>
      )}
      {success === null ? (
        <Text>{t('tablesPage.detail.neverCopied')}</Text>
      ) : (
        <Text>
          {t('tablesPage.detail.lastSuccess', {
            ago: format.ago(success.endedAt, now),
            time: format.moment(success.endedAt),
          })}
        </Text>
      )}
      {success?.snapshotAt != null && (
        <Text>{t('tablesPage.detail.upTo', { time: format.moment(success.snapshotAt) })}</Text>
      )}
      {last !== null && (
        <Anchor component={Link} href={`/batch/${encodeURIComponent(last.batch_id)}`}>
          {t('tablesPage.detail.toBatch')}
        </Anchor>
      )}
    </>
  );
}
