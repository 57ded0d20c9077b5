import { Skeleton, Stack } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useT } from '../words/LanguageProvider.tsx';
import { ErrorAlert } from './RefusalAlert.tsx';

/** What an answer is shown as: grey lines until it comes, the reason where there is none. */
export function Answered<T>({
  to,
  children,
}: {
  readonly to: UseQueryResult<T>;
  readonly children: (value: T) => ReactNode;
}) {
  const t = useT();
  if (to.data !== undefined) return children(to.data);
  if (to.error !== null) return <ErrorAlert error={to.error} />;
  return (
    <Stack gap="sm" role="status" aria-label={t('window.loading')}>
      <Skeleton h={28} w="40%" />
      <Skeleton h={18} />
      <Skeleton h={18} />
      <Skeleton h={18} w="70%" />
    </Stack>
  );
}
