import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPencil, IconPlugConnected } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { SSL_MODES } from '../../../../shared/sslMode.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import { visible } from '../../../../shared/visible.ts';
import type { Draft, PasswordPlace } from '../../../../shared/window/views.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { ErrorAlert } from '../../../parts/RefusalAlert.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { TestSteps } from '../form/TestSteps.tsx';
import { rememberTest } from '../lastTests.ts';
import { type Fields, fieldsOf } from '../model/fields.ts';
import type { CardAsked } from '../useAsked.ts';
import { Facts } from './Facts.tsx';
import { LastTestLine } from './LastTestLine.tsx';

/** One end: where it is, how its password is kept, how its last test went. */
export function EndpointCard({
  title,
  draft,
  place,
  mayChange,
  onEdit,
  asked,
  onMet,
  quiet = false,
  facts,
  aside,
  actions,
  children,
}: CardAsked & {
  readonly title: string;
  readonly draft: Draft;
  readonly place: PasswordPlace | undefined;
  readonly mayChange: boolean;
  readonly onEdit: () => void;
  readonly quiet?: boolean;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}) {
  const t = useT();
  const test = useCommand('testConnection', { quiet: true });
  const fields = fieldsOf({ ...(draft.kind === 'central' ? draft.central : draft.connection) });
  const heading = useRef<HTMLHeadingElement>(null);
  const tryIt = (): void => {
    test.mutate([draft, null], { onSuccess: (steps) => rememberTest(draft, steps) });
  };
  useEffect(() => {
    if (asked === null) return;
    onMet();
    heading.current?.scrollIntoView({ block: 'start' });
    heading.current?.focus({ preventScroll: true });
    if (asked === 'test' && mayChange) tryIt();
  });
  const mode = SSL_MODES.find((one) => one === fields.sslmode);
  return (
    <Paper withBorder p="md" component="article" aria-label={visible(title)}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Title
            order={3}
            size="h5"
            ref={heading}
            tabIndex={-1}
            {...(quiet ? { c: 'dimmed' } : {})}
            style={{ overflowWrap: 'anywhere', minWidth: 0, outline: 'none', scrollMarginTop: '5rem' }}
          >
            {visible(title)}
          </Title>
          {aside}
        </Group>
        <Facts
          of={[
            [t('connectionsPage.where'), sayPlace(fields, t)],
            [t('connectionsPage.field.user'), fields.user || t('connectionsPage.notGiven')],
            [t('connectionsPage.field.password'), t(`connectionsPage.place.${place ?? 'none'}`)],
            [
              t('connectionsPage.field.sslmode'),
              mode === undefined ? fields.sslmode : t(`connectionsPage.encryption.${mode}`),
            ],
            ...facts,
          ]}
        />
        {children}
        <Stack gap="xs" aria-live="polite">
          <LastTestLine draft={draft} />
          {test.isPending && <Text size="sm">{t('connectionsPage.testing')}</Text>}
          {test.data !== undefined && !test.isPending && (
            <TestSteps kind={draft.kind} steps={test.data} label={title} />
          )}
          {test.error !== null && <ErrorAlert error={test.error} />}
        </Stack>
        <Group gap="xs">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={test.isPending}
            disabled={!mayChange}
            onClick={tryIt}
          >
            {t('connectionsPage.test')}
          </Button>
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPencil size={16} aria-hidden />}
            disabled={!mayChange}
            onClick={onEdit}
          >
            {t('connectionsPage.change')}
          </Button>
          {actions}
        </Group>
      </Stack>
    </Paper>
  );
}

function sayPlace({ host, port, database }: Fields, t: Translate): string {
  const none = t('connectionsPage.notGiven');
  if (host === '' && database === '') return none;
  return `${host === '' ? none : `${host}:${port}`} / ${database || none}`;
}
