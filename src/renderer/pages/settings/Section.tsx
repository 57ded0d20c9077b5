import { Button, Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorAlert } from '../../parts/RefusalAlert.tsx';
import { useT } from '../../words/LanguageProvider.tsx';

/** One subject of the settings. */
export function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Stack gap="md">
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}

/** Fields that take effect together, when they are saved. */
export function SectionForm({
  error,
  pending,
  changed,
  onSave,
  children,
}: {
  readonly error: Error | null;
  readonly pending: boolean;
  /** Whether there is anything to save. */
  readonly changed: boolean;
  readonly onSave: () => void;
  readonly children: ReactNode;
}) {
  const t = useT();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Stack gap="md">
        {children}
        {error !== null && <ErrorAlert error={error} />}
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={pending} disabled={!changed}>
            {t('window.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
