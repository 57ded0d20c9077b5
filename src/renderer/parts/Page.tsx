import { Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import type { LiveView } from '../../window-api/views.ts';
import { useLinkLoss, useLive } from '../data/BridgeProvider.tsx';
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
  const heading = useWindowTitle();
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={2} miw={0}>
          {above}
          <Title order={1} size="h2" ref={heading} style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
        </Stack>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** Names the page and the state in the window's title, which is seen in a taskbar or among a browser's tabs. */
function useWindowTitle(): RefObject<HTMLHeadingElement | null> {
  const t = useT();
  const live = useLive();
  const loss = useLinkLoss();
  const heading = useRef<HTMLHeadingElement>(null);
  const state = loss === null ? live && stateOf(live) : 'unreachable';
  const words = state === null ? [] : [t(`shortcuts.state.${state}`)];
  useEffect(() => {
    document.title = [...words, heading.current?.textContent ?? '', 'Branchline'].join(' · ');
  });
  return heading;
}

function stateOf({ run, status }: LiveView): 'running' | 'attention' | 'paused' | null {
  if (run !== null) return 'running';
  if (status.attention.some((one) => !one.resumesAlone) || status.differing.length > 0) return 'attention';
  return status.pause === null ? null : 'paused';
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
