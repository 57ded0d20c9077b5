import { Alert, Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Link } from 'wouter';
import type { TableRow } from '../../../shared/contract.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import { failureOfRow } from '../../../shared/texts/failureGroups.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useCall, useLabels } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { useNow } from '../../data/useNow.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { sayFailure } from '../../words/refusal.ts';
import { ProofFound } from './ProofFound.tsx';
import { chooserOf, reasonIn, wayOf } from './pastRuns.ts';
import { Section, TablePast } from './TablePast.tsx';

/** All details of a table, and its actions. */
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

/** The last run's result, and up to when head office has the data. */
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

/** What is being done with a table now. */
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

/** How a table is copied, and why. */
function WayOfTable({ state }: { readonly state: TableState }) {
  const t = useT();
  const known = wayOf(state);
  const way = known ?? 'none';
  return (
    <>
      <Text>
        {t(`strategy.short.${way}`)}
        {known !== null && ` (${t(`tablesPage.chooser.${chooserOf(state)}`)})`}
      </Text>
      <Text c="dimmed">{t(`strategy.explain.${way}`)}</Text>
      {state.last !== null && <WhyLast run={state.last} />}
    </>
  );
}

/** The reason is in the batch's log; nothing is shown if that was pruned. */
function WhyLast({ run }: { readonly run: TableRow }) {
  const t = useT();
  const { data } = useCall('batch', run.batch_id);
  const reason = data === undefined ? null : reasonIn(data.events, run);
  return reason === null ? null : <Text c="dimmed">{t(`tablesPage.reason.${reason}`)}</Text>;
}

/** Actions for one table. Those that send much or overwrite ask first. */
function TableActions({
  state,
  onAsking,
}: {
  readonly state: TableState;
  readonly onAsking: (asking: boolean) => void;
}) {
  const t = useT();
  const may = useMay();
  const run = useCommand('runNow');
  const verify = useCommand('verify');
  const [asked, setAsked] = useState<Asked | null>(null);
  const why = state.selected ? may.whyNotRun : t('tablesPage.action.cannotLeft');
  const common = { disabled: why !== undefined };
  const scope = { connections: [state.connection], tables: [state.table] };

  const ask = (what: Asked | null) => {
    setAsked(what);
    onAsking(what !== null);
  };
  const tell = (message: string) =>
    notifications.show({
      title: t('tablesPage.action.started'),
      message,
      closeButtonProps: { 'aria-label': t('window.close') },
    });
  const told = {
    run: { onSuccess: () => tell(t('tablesPage.action.startedRun', { table: state.table })) },
    verify: { onSuccess: () => tell(t('tablesPage.action.startedVerify', { table: state.table })) },
  };
  const busy = run.isPending || verify.isPending;
  return (
    <Stack gap="xs">
      {/* In pairs of what belongs together, so that none stands alone where they wrap. */}
      <Group gap="xs">
        <Button {...common} loading={busy} onClick={() => run.mutate([scope], told.run)}>
          {t('tablesPage.action.run')}
        </Button>
        <Button {...common} variant="default" loading={busy} onClick={() => ask('full')}>
          {t('tablesPage.action.full')}
        </Button>
      </Group>
      <Group gap="xs">
        <Button
          {...common}
          variant="default"
          loading={busy}
          onClick={() => verify.mutate([scope], told.verify)}
        >
          {t('tablesPage.action.verify')}
        </Button>
        <Button {...common} variant="default" loading={busy} onClick={() => ask('repair')}>
          {t('tablesPage.action.repair')}
        </Button>
      </Group>
      {why !== undefined && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
      <Confirm
        asked={asked}
        table={state.table}
        onNo={() => ask(null)}
        onYes={(what) => {
          ask(null);
          if (what === 'full') run.mutate([{ ...scope, strategy: Strategy.Full }], told.run);
          else verify.mutate([{ ...scope, repair: true }], told.verify);
        }}
      />
    </Stack>
  );
}

/** Actions that ask first. */
type Asked = 'repair' | 'full';

/** Says what would be done, and asks for confirmation. */
function Confirm({
  asked,
  table,
  onYes,
  onNo,
}: {
  readonly asked: Asked | null;
  readonly table: string;
  readonly onYes: (asked: Asked) => void;
  readonly onNo: () => void;
}) {
  const t = useT();
  return (
    <Modal
      opened={asked !== null}
      onClose={onNo}
      title={asked !== null && t(`tablesPage.${asked}.title`, { table })}
      closeButtonProps={{ 'aria-label': t('window.close') }}
      // Above the details drawer that opened it.
      zIndex={300}
    >
      {asked !== null && (
        <Stack>
          <Text>{t(`tablesPage.${asked}.body`)}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onNo} data-autofocus>
              {t('window.cancel')}
            </Button>
            <Button onClick={() => onYes(asked)}>{t(`tablesPage.${asked}.confirm`)}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
