import { Alert, Anchor, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { TableRow } from '../../../shared/contract.ts';
import { Strategy, TableStatus } from '../../../shared/status.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useCall } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { useNow } from '../../data/useNow.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { answerOf, type Cure, cureOf } from './answer.ts';
import { ProofFound } from './ProofFound.tsx';
import { chooserOf, reasonIn, wayOf } from './pastRuns.ts';
import { TableAnswer } from './TableAnswer.tsx';
import { TableBranches } from './TableBranches.tsx';
import { RUNS, Section, TablePast } from './TablePast.tsx';

const NO_RUNS: readonly TableRow[] = [];

/** The answer that most people look for, all details of a table, and its actions. */
export function TableDetail({
  state,
  others,
  search,
  onAsking,
}: {
  readonly state: TableState;
  /** The table at all branches, with this one. */
  readonly others: readonly TableState[];
  /** The query that links keep. */
  readonly search: string;
  readonly onAsking: (asking: boolean) => void;
}) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const { data: runs } = useCall('tableRuns', state.connection, state.table, RUNS);
  const answer = answerOf(state, runs ?? NO_RUNS, now, format.dayOf);
  const cure = cureOf(state, answer);
  return (
    <Stack gap="lg">
      <TableActions state={state} cure={cure} onAsking={onAsking}>
        {(help, rest) => (
          <>
            <TableAnswer state={state} answer={answer} cure={cure}>
              {help}
            </TableAnswer>
            <TableNow state={state} />
            {rest}
          </>
        )}
      </TableActions>
      {others.length > 1 && (
        <Section title={t('tablesPage.branches.title')}>
          <TableBranches state={state} others={others} search={search} />
        </Section>
      )}
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

/** The last run's result, and up to when head office has the data. Why it failed is said at the top. */
function LastRun({ state: { last, success } }: { readonly state: TableState }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  return (
    <>
      {last !== null && (
        <Text component="div">
          <StatusMark of={last.status} kind="table" />
        </Text>
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

/** Actions for one table, the one that helps apart. Those that send much or overwrite ask first. */
function TableActions({
  state,
  cure,
  onAsking,
  children,
}: {
  readonly state: TableState;
  readonly cure: Cure | null;
  readonly onAsking: (asking: boolean) => void;
  readonly children: (help: ReactNode, rest: ReactNode) => ReactNode;
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
  const does: Readonly<Record<Action, () => void>> = {
    run: () => run.mutate([scope], told.run),
    verify: () => verify.mutate([scope], told.verify),
    repair: () => ask('repair'),
    full: () => ask('full'),
  };
  const button = (action: Action) => (
    <Button
      key={action}
      {...common}
      variant={action === cure ? 'filled' : 'default'}
      loading={busy}
      onClick={does[action]}
    >
      {t(`tablesPage.action.${action}`)}
    </Button>
  );
  const help = ACTIONS.find((action) => action === cure);
  const reason = why !== undefined && (
    <Text size="sm" c="dimmed">
      {why}
    </Text>
  );
  return (
    <>
      {children(
        help !== undefined && (
          <>
            <Group>{button(help)}</Group>
            {reason}
          </>
        ),
        <Stack gap="xs">
          <Group gap="xs">{ACTIONS.filter((action) => action !== help).map(button)}</Group>
          {help === undefined && reason}
        </Stack>,
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
    </>
  );
}

const ACTIONS = ['run', 'verify', 'repair', 'full'] as const;
type Action = (typeof ACTIONS)[number];

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
