import { Anchor, Table, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { TableRow } from '../../../shared/contract.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { seenStatus } from '../../parts/seenStatus.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';

/**
 * The runs of a table, latest first; each leads to its batch. They also say what the charts show.
 *
 * @param props.atWork whether the latest goes on now
 */
export function RunRows({ runs, atWork }: { readonly runs: readonly TableRow[]; readonly atWork: boolean }) {
  const t = useT();
  const format = useFormat();
  if (runs.length === 0) return <Text c="dimmed">{t('tablesPage.run.none')}</Text>;
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table aria-label={t('tablesPage.detail.runs')} className="numbers">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('tablesPage.run.started')}</Table.Th>
            <Table.Th>{t('tablesPage.run.status')}</Table.Th>
            <Table.Th ta="right">{t('tablesPage.run.rows')}</Table.Th>
            <Table.Th ta="right">{t('tablesPage.run.duration')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run, index) => (
            <Table.Tr key={run.batch_id}>
              <Table.Td>
                <Anchor component={Link} href={`/batch/${encodeURIComponent(run.batch_id)}`} size="sm">
                  {run.started_at === null ? run.batch_id : format.moment(run.started_at)}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <StatusMark of={seenStatus(run.status, atWork && index === 0)} kind="table" />
              </Table.Td>
              <Table.Td ta="right">{format.count(run.records_processed)}</Table.Td>
              <Table.Td ta="right">
                {run.duration_seconds === null ? '' : format.duration(run.duration_seconds)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
