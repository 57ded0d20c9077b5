import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { TableRow } from '../../../shared/contract.ts';
import { TableStatus } from '../../../shared/status.ts';
import { failureOfRow } from '../../../shared/texts/failureGroups.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useCall } from '../../data/useCall.ts';
import { useLabels } from '../../data/useConnections.ts';
import { useNow } from '../../data/useNow.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { sayFailure } from '../../words/refusal.ts';
import { ProofFound } from './ProofFound.tsx';
import { TableActions } from './TableActions.tsx';
import { Section, TablePast } from './TablePast.tsx';
import { chooserOf, reasonIn, wayOf } from './way.ts';

/** All that is known of a table, and what can be done about it. */
export function TableDetail({
  state,
  onAsking,
}: {
  readonly state: TableState;
  readonly onAsking: (asking: boolean) => void;
}) {
  const t = useT();
  return (
    <Stack gap="lg">
      <TableActions state={state} onAsking={onAsking} />
      <TableNow state={state} />
      {!state.selected && <Text c="dimmed">{t('tablesPage.detail.leftNote')}</Text>}
      <Section title={t('tablesPage.detail.lastRun')}>
        <LastRun state={state} />
      </Section>
      <Section title={t('tablesPage.detail.copied')}>
        <WayOfTable state={state} />
      </Section>
      <Section title={t('tablesPage.detail.proof')}>
        <ProofFound verified={state.verified} />
      </Section>
      <TablePast state={state} />
    </Stack>
  );
}

/** How the last run of a table went, and up to when head office has it. */
function LastRun({ state: { last, success } }: { readonly state: TableState }) {
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

/** What is being done with a table at this moment. */
function TableNow({ state }: { readonly state: TableState }) {
  const t = useT();
  const format = useFormat();
  const live = useLive();
  const isThis = (one: { readonly connection: string; readonly table: string }): boolean =>
    one.connection === state.connection && one.table === state.table;
  const run = live?.run?.tables.find(isThis);
  if (run !== undefined) {
    const number = format.count(run.processed + run.skipped);
    return <Alert color="branch">{t('tablesPage.detail.running', { number })}</Alert>;
  }
  if (live?.verifying && isThis(live.verifying))
    return <Alert color="branch">{t('tablesPage.detail.verifying')}</Alert>;
  if (state.now === TableStatus.Pending)
    return <Alert color="branch">{t('tablesPage.detail.waiting')}</Alert>;
  return null;
}

/** How a table is copied, and why so. */
function WayOfTable({ state }: { readonly state: TableState }) {
  const t = useT();
  const known = wayOf(state);
  const way = known ?? 'none';
  return (
    <>
      <Text>
        {t(`tablesPage.way.${way}`)}
        {known !== null && ` (${t(`tablesPage.chooser.${chooserOf(state)}`)})`}
      </Text>
      <Text c="dimmed">{t(`tablesPage.explain.${way}`)}</Text>
      {state.last !== null && <WhyLast run={state.last} />}
    </>
  );
}

/** It stands in the log of the batch; one that is no longer kept has nothing to say. */
function WhyLast({ run }: { readonly run: TableRow }) {
  const t = useT();
  const { data } = useCall('batch', run.batch_id);
  const reason = data === undefined ? null : reasonIn(data.events, run);
  return reason === null ? null : <Text c="dimmed">{t(`tablesPage.reason.${reason}`)}</Text>;
}
