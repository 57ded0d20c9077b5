import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useT } from '../words/LanguageProvider.tsx';
import { ErrorAlert } from './Refusals.tsx';

/** A page: its title, its actions, and its contents. */
export function Page({
  title,
  actions,
  above,
  children,
}: {
  readonly title: ReactNode;
  readonly actions?: ReactNode;
  /** A way back, above the title. */
  readonly above?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} miw={0}>
          {above}
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** Shows an answer: grey lines until it arrives, the reason if it was refused. */
export function Answered<T>({
  to,
  children,
}: {
  readonly to: UseQueryResult<T>;
  readonly children: (value: T) => ReactNode;
}) {
  if (to.data !== undefined) return children(to.data);
  if (to.error !== null) return <ErrorAlert error={to.error} />;
  return <Loading />;
}

/** Grey lines, until there is something to show. */
export function Loading() {
  const t = useT();
  return (
    <Stack gap="sm" role="status" aria-label={t('window.loading')}>
      <Skeleton h={28} w="40%" />
      <Skeleton h={18} />
      <Skeleton h={18} />
      <Skeleton h={18} w="70%" />
    </Stack>
  );
}

/** Shown if there is nothing to show: why, and what would change that. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <Paper withBorder p="xl">
      <Stack align="center" gap="xs">
        <Title order={2} size="h4" ta="center" textWrap="balance">
          {title}
        </Title>
        {children !== undefined && (
          <Text c="dimmed" ta="center" maw={480} style={{ textWrap: 'balance' }}>
            {children}
          </Text>
        )}
        {action}
      </Stack>
    </Paper>
  );
}
