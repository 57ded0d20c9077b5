import { Button, Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SettingsEditor } from '../../data/useSettings.ts';
import { SaveRefused } from '../../parts/SaveRefused.tsx';
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
  editor,
  changed,
  onSave,
  children,
}: {
  readonly editor: SettingsEditor;
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
        <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={editor.saving} disabled={!changed}>
            {t('window.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
