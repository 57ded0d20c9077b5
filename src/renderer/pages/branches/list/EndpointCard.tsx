import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconDatabaseImport,
  IconPencil,
  IconPlugConnected,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import { SSL_MODES } from '../../../../shared/endpointUrl.ts';
import type { Draft, PasswordPlace, SettingsFile } from '../../../../shared/settings.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import { visible } from '../../../../shared/visible.ts';
import { useMay } from '../../../data/useCommand.ts';
import { branchPlace, CENTRAL } from '../../../parts/branchesPlace.ts';
import { ErrorAlert } from '../../../parts/Refusals.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { TestSteps } from '../form/TestSteps.tsx';
import { TestingNow, TestVerdict } from '../form/TestVerdict.tsx';
import { useConnectionTest } from '../form/useConnectionTest.ts';
import { useLastTest } from '../lastTests.ts';
import { type Fields, fieldsOf } from '../model/fields.ts';
import classes from './Facts.module.css';

/** Whether the address of the page asks for a test. */
export interface TestAsked {
  readonly asked: boolean;
  /** Called once the test begins. */
  readonly onMet: () => void;
}

function withSchema(draft: Draft, schema: string): Draft {
  return draft.kind === 'central' ? draft : { ...draft, connection: { ...draft.connection, schema } };
}

/** One database: its address, where its password is stored, and its last test. */
export function EndpointCard({
  title,
  settingsAt,
  draft,
  place,
  mayChange,
  asked,
  onMet,
  onSchema,
  facts,
  aside,
  actions,
  children,
}: TestAsked & {
  /** The database's display name. */
  readonly title: string;
  /** Where its settings are changed. */
  readonly settingsAt: string;
  readonly draft: Draft;
  readonly place: PasswordPlace | undefined;
  readonly mayChange: boolean;
  /** Uses another schema, where the one of the settings has no tables. Resolves once it is saved. */
  readonly onSchema?: (schema: string) => Promise<boolean>;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}) {
  const t = useT();
  const { progress, testing, test } = useConnectionTest();
  const [found, setFound] = useState<readonly ConnectionTestStep[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const fields = fieldsOf({ ...(draft.kind === 'central' ? draft.central : draft.connection) });
  const heading = useRef<HTMLHeadingElement>(null);
  const tryIt = (tried: Draft = draft): void => {
    setError(null);
    test(tried, null, null).then(setFound, (reason: unknown) =>
      setError(reason instanceof Error ? reason : new Error(String(reason))),
    );
  };
  useEffect(() => {
    if (!asked || !mayChange) return;
    onMet();
    heading.current?.scrollIntoView({ block: 'start' });
    heading.current?.focus({ preventScroll: true });
    tryIt();
  });
  const mode = SSL_MODES.find((one) => one === fields.sslmode);
  return (
    <Paper withBorder p="md" component="article" aria-label={visible(title)}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Title
            order={2}
            size="h5"
            ref={heading}
            tabIndex={-1}
            style={{ minWidth: 0, outline: 'none', scrollMarginTop: '5rem' }}
          >
            {t('branchesPage.database')}
          </Title>
          {aside}
        </Group>
        <Facts
          of={[
            [t('branchesPage.where'), sayPlace(fields, t)],
            [t('branchesPage.field.user'), fields.user || t('branchesPage.notGiven')],
            [t('branchesPage.field.password'), t(`branchesPage.place.${place ?? 'none'}`)],
            [
              t('branchesPage.field.sslmode'),
              mode === undefined ? fields.sslmode : t(`branchesPage.encryption.${mode}`),
            ],
            ...facts,
          ]}
        />
        {children}
        <Stack gap="xs" aria-live="polite">
          <LastTestLine draft={draft} />
          {progress !== null && <TestingNow progress={progress} />}
          {progress === null && found !== null && (
            <TestVerdict
              steps={found}
              label={title}
              draft={draft}
              onAccepted={() => tryIt()}
              {...(onSchema !== undefined && {
                onSchema: async (schema: string) => {
                  if (await onSchema(schema)) tryIt(withSchema(draft, schema));
                },
              })}
            />
          )}
          {error !== null && !testing && <ErrorAlert error={error} />}
        </Stack>
        {(progress ?? found) !== null && (
          <TestSteps
            kind={draft.kind}
            steps={progress?.steps ?? found ?? []}
            doing={progress?.doing ?? null}
          />
        )}
        <Group gap="xs">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={testing}
            disabled={!mayChange}
            onClick={() => tryIt()}
          >
            {t('branchesPage.test')}
          </Button>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPencil size={16} aria-hidden />}
            component={Link}
            href={settingsAt}
          >
            {t('branchesPage.change')}
          </Button>
          {actions}
        </Group>
      </Stack>
    </Paper>
  );
}

function sayPlace({ host, port, database, ssh, sshUser, sshHost }: Fields, t: Translate): string {
  const none = t('branchesPage.notGiven');
  if (host === '' && database === '') return none;
  const place = `${host === '' ? none : `${host}:${port}`} / ${database || none}`;
  if (ssh !== 'yes') return place;
  return t('branchesPage.ssh.via', { place, ssh: `${sshUser}@${sshHost}` });
}

const LAYOUTS = ['auto', 'stamp', 'merge', 'schema'] as const;

/** Head office, the destination of all copies. */
export function CentralCard({
  central,
  place,
  mayChange,
  onImport,
  ...asked
}: TestAsked & {
  readonly central: SettingsFile['central'];
  readonly place: PasswordPlace | undefined;
  readonly mayChange: boolean;
  readonly onImport: () => void;
}) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const fields = fieldsOf({ ...central });
  const layout = LAYOUTS.find((one) => one === fields.layout) ?? 'auto';
  return (
    <EndpointCard
      {...asked}
      title={t('branchesPage.central')}
      settingsAt={branchPlace(CENTRAL, 'settings')}
      draft={{ kind: 'central', central }}
      place={place}
      mayChange={mayChange}
      facts={[[t('branchesPage.field.layout'), t(`branchesPage.layout.${layout}`)]]}
      actions={
        <Button
          variant="default"
          size="sm"
          leftSection={<IconDatabaseImport size={16} aria-hidden />}
          disabled={!run}
          title={whyNotRun}
          onClick={onImport}
        >
          {t('disk.import')}
        </Button>
      }
    />
  );
}

/** When this was last tested, and the result. */
function LastTestLine({ draft }: { readonly draft: Draft }) {
  const t = useT();
  const format = useFormat();
  const last = useLastTest(draft);
  if (last === null) {
    return (
      <Group gap={6} c="dimmed" wrap="nowrap">
        <IconCircleDashed size={18} aria-hidden />
        <Text size="sm">{t('branchesPage.neverTested')}</Text>
      </Group>
    );
  }
  const time = format.shortTime(last.at);
  const Mark = last.ok ? IconCircleCheck : IconAlertTriangle;
  return (
    <Group gap={6} c={last.ok ? 'var(--branch-good)' : 'var(--branch-bad)'} wrap="nowrap">
      <Mark size={18} aria-hidden />
      <Text size="sm">
        {last.ok ? t('branchesPage.testedWell', { time }) : t('branchesPage.testedBadly', { time })}
      </Text>
    </Group>
  );
}

/** Names and values; long values break anywhere. */
export function Facts({ of }: { readonly of: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className={classes.facts}>
      {of.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" className={classes.value ?? ''}>
            {visible(value)}
          </Text>
        </div>
      ))}
    </dl>
  );
}
