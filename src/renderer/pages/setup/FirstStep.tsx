import { Alert, Button, Group, List, Progress, Stack, Switch, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconLock } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { BatchSummary } from '../../../shared/contract.ts';
import { planWords } from '../../../shared/schedulePlan.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { visible } from '../../../shared/visible.ts';
import type { RunView } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useCall, useLabels } from '../../data/useCall.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useNow } from '../../data/useNow.ts';
import { useSettings } from '../../data/useSettings.ts';
import { Answered } from '../../parts/Page.tsx';
import { useRunWords } from '../../parts/ProgressLine.tsx';
import { ErrorAlert } from '../../parts/Refusals.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { sayFailure } from '../../words/refusal.ts';
import { sayChoice } from '../branches/list/BranchCard.tsx';
import { Facts } from '../branches/list/EndpointCard.tsx';
import { connectionsOf, fieldsOf } from '../branches/model/fields.ts';
import { choiceOf } from '../branches/model/tableChoice.ts';
import { freshness } from '../today/standing.ts';
import { batchToShow } from './path.ts';
import { StepButtons } from './Steps.tsx';

/** A summary of the choices, and the first copy to head office. */
export function FirstStep({ onBack }: { readonly onBack: () => void }) {
  const t = useT();
  const setup = useCall('setup').data;
  const history = useCall('history', {}, 0, 1);
  const run = useCommand('runNow', { quiet: true });
  /** The latest batch when this one was requested; undefined before that. */
  const [before, setBefore] = useState<string | null | undefined>(undefined);
  return (
    <Answered to={history}>
      {({ batches: [latest] }) => {
        const batch = batchToShow(latest, before);
        const starting = run.isPending || (before !== undefined && batch === null && run.error === null);
        const running = starting || batch?.status === 'running';
        const ended = running ? null : batch;
        const well = ended?.status === 'completed';
        const start = (): void => {
          setBefore(latest?.batch_id ?? null);
          run.mutate([{}]);
        };
        return (
          <Stack gap="lg">
            {ended !== null && <RunOutcome batch={ended} />}
            {well && <TrayHints />}
            <Summary withPasswords={ended === null} />
            {run.error !== null && <ErrorAlert error={run.error} />}
            {running && <RunProgress />}
            <StepButtons onBack={onBack}>
              {running ? (
                <Text size="sm">{t('setupPage.mayLeave')}</Text>
              ) : (
                <Group gap="xs">
                  {ended !== null && !well && (
                    <Button component={Link} href={`/batch/${ended.batch_id}`} variant="default">
                      {t('setupPage.toBatch')}
                    </Button>
                  )}
                  <Button
                    variant={well ? 'default' : 'filled'}
                    disabled={setup?.commands !== true}
                    onClick={start}
                  >
                    {sayStart(ended, t)}
                  </Button>
                  {well && (
                    <Button component={Link} href="/">
                      {t('setupPage.toToday')}
                    </Button>
                  )}
                </Group>
              )}
            </StepButtons>
          </Stack>
        );
      }}
    </Answered>
  );
}

function sayStart(batch: BatchSummary | null, t: Translate): string {
  if (batch === null) return t('setupPage.start');
  return batch.status === 'completed' ? t('setupPage.again') : t('window.tryAgain');
}

/** The first run's result in one sentence; after a success, the same as on the Today page. */
function RunOutcome({ batch }: { readonly batch: BatchSummary }) {
  const t = useT();
  const format = useFormat();
  const now = useNow();
  const upTo = useLive()?.upTo ?? null;
  const well = batch.status === 'completed';
  const Mark = well ? IconCircleCheck : IconAlertTriangle;
  const sentence = (): string => {
    if (well) return upTo === null ? t('setupPage.completed') : freshness(upTo, true, now, { t, format });
    if (batch.status === 'interrupted') return t('setupPage.interruptedRun');
    return t('setupPage.failed', {
      count: batch.failed_tables,
      tables: format.count(batch.failed_tables),
    });
  };
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start" role="status">
      <Mark
        size={28}
        aria-hidden
        style={{ flex: 'none' }}
        color={well ? 'var(--branch-good)' : 'var(--branch-bad)'}
      />
      <div>
        <Text fw={600} size="lg">
          {sentence()}
        </Text>
        <Text size="sm" c="dimmed">
          {t('setupPage.copied', {
            tables: format.count(batch.completed_tables),
            rows: format.count(batch.records_processed),
            size: format.bytes(batch.bytes),
          })}
        </Text>
      </div>
    </Group>
  );
}

/** Progress of the first run. */
function RunProgress() {
  const t = useT();
  const labelOf = useLabels();
  const live = useLive();
  const activity = live?.status.activity;
  if (activity?.kind === 'waiting_database') {
    const { sentence, next } = sayFailure(activity.failure, t, labelOf);
    return (
      <Stack gap={4} role="status">
        <Text fw={600}>{sentence}</Text>
        <Text>{next}</Text>
      </Stack>
    );
  }
  const run = live?.run ?? null;
  if (run === null) return <Text role="status">{t('setupPage.starting')}</Text>;
  return <Running run={run} />;
}

function Running({ run }: { readonly run: RunView }) {
  const t = useT();
  const format = useFormat();
  const { tables, fraction, checked, bytes, etaSeconds } = run;
  const { left } = useRunWords();
  const names = tables.map(({ table }) => visible(table)).join(', ');
  return (
    <Stack gap="xs">
      <Text fw={600}>
        {t('setupPage.progress', {
          done: format.count(run.doneTables),
          total: format.count(run.totalTables),
        })}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section value={fraction * 100} aria-label={t('setupPage.progressLabel')} />
      </Progress.Root>
      <Text size="sm" className="numbers">
        {t('setupPage.soFar', { rows: format.count(checked), size: format.bytes(bytes) })}
        {` · ${left(etaSeconds)}`}
      </Text>
      {names !== '' && (
        <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
          {names}
        </Text>
      )}
    </Stack>
  );
}

/**
 * What was set up, in words.
 *
 * @param props.withPasswords whether to include where passwords are stored
 */
function Summary({ withPasswords }: { readonly withPasswords: boolean }) {
  const t = useT();
  const format = useFormat();
  const { view } = useSettings();
  const { document = null, passwords = {} } = view.data ?? {};
  if (document === null) return null;
  const central = fieldsOf({ ...document.central });
  const connections = connectionsOf(document);
  const schedules = (document.schedules ?? []).map((one) => planWords(one, t.language));
  const places = [...new Set(Object.values(passwords))]
    .filter((place) => place !== 'none')
    .map((place) => t(`branchesPage.place.${place}`));
  return (
    <Stack gap="md">
      <Facts
        of={[
          [t('branchesPage.central'), `${central.host} / ${central.database}`],
          [t('setupPage.step.branch.name'), connections.map(({ id, label }) => label || id).join(', ')],
          [
            t('setupPage.step.tables.name'),
            connections.map((one) => sayChoice(choiceOf(one), t, format)).join(' · '),
          ],
          [
            t('setupPage.step.schedule.name'),
            schedules.length === 0 ? t('setupPage.noSchedule') : schedules.join(' · '),
          ],
        ]}
      />
      {withPasswords && places.length > 0 && (
        <Alert
          color="branch"
          variant="light"
          icon={<IconLock aria-hidden />}
          title={t('setupPage.passwordTitle')}
        >
          {t('setupPage.passwordsAre', { places: places.join(', ') })}
        </Alert>
      )}
    </Stack>
  );
}

/** How it continues from here: starting with the computer, and where the tray icon is. */
function TrayHints() {
  const t = useT();
  const setup = useCall('setup').data;
  const startAtLogin = useCommand('setStartAtLogin');
  if (setup === undefined || setup.program !== 'tray') return null;
  return (
    <Stack gap="sm">
      {setup.startAtLogin !== null && (
        <Switch
          label={t('setupPage.startAtLogin')}
          description={t('setupPage.startAtLoginNote')}
          checked={setup.startAtLogin}
          disabled={!setup.commands || startAtLogin.isPending}
          onChange={({ currentTarget: { checked } }) => startAtLogin.mutate([checked])}
        />
      )}
      {setup.platform === 'win32' && (
        <Stack gap={4}>
          <Title order={3} size="h5">
            {t('setupPage.pinTitle')}
          </Title>
          <Text size="sm">{t('setupPage.pinNote')}</Text>
          <List size="sm" type="ordered">
            <List.Item>{t('setupPage.pinArrow')}</List.Item>
            <List.Item>{t('setupPage.pinDrag')}</List.Item>
          </List>
          <Text size="sm" c="dimmed">
            {t('setupPage.pinSettings')}
          </Text>
        </Stack>
      )}
    </Stack>
  );
}
