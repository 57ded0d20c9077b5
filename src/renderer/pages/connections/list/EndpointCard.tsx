import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPencil, IconPlugConnected } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { SSL_MODES } from '../../../../shared/sslMode.ts';
import type { Draft, PasswordPlace } from '../../../../shared/window/views.ts';
import { useCommand } from '../../../data/useCommand.ts';
import { ErrorAlert } from '../../../parts/RefusalAlert.tsx';
import { useT } from '../../../words/LanguageProvider.tsx';
import { TestSteps } from '../form/TestSteps.tsx';
import { rememberTest } from '../lastTests.ts';
import { fieldsOf } from '../model/fields.ts';
import { Facts } from './Facts.tsx';
import { LastTestLine } from './LastTestLine.tsx';

/** One end: where it is, how its password is kept, how its last test went. */
export function EndpointCard({
  title,
  draft,
  place,
  mayChange,
  onEdit,
  quiet = false,
  facts,
  aside,
  actions,
  children,
}: {
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
  const mode = SSL_MODES.find((one) => one === fields.sslmode);
  return (
    <Paper withBorder p="md" component="article" aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Title
            order={3}
            size="h5"
            {...(quiet ? { c: 'dimmed' } : {})}
            style={{ overflowWrap: 'anywhere', minWidth: 0 }}
          >
            {title}
          </Title>
          {aside}
        </Group>
        <Facts
          of={[
            [t('connectionsPage.where'), `${fields.host}:${fields.port} / ${fields.database}`],
            [t('connectionsPage.field.user'), fields.user],
            [t('connectionsPage.field.password'), t(`connectionsPage.place.${place ?? 'none'}`)],
            [
              t('connectionsPage.field.sslmode'),
              mode === undefined ? fields.sslmode : t(`connectionsPage.encryption.${mode}`),
            ],
            ...facts,
          ]}
        />
        {children}
        <LastTestLine draft={draft} />
        <div aria-live="polite">
          {test.isPending && <Text size="sm">{t('connectionsPage.testing')}</Text>}
          {test.data !== undefined && !test.isPending && (
            <TestSteps kind={draft.kind} steps={test.data} label={title} />
          )}
          {test.error !== null && <ErrorAlert error={test.error} />}
        </div>
        <Group gap="xs">
          <Button
            variant="default"
            size="sm"
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            loading={test.isPending}
            disabled={!mayChange}
            onClick={() => test.mutate([draft, null], { onSuccess: (steps) => rememberTest(draft, steps) })}
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
