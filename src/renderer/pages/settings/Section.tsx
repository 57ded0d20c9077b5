import { Button, Group, Paper, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SettingsEditor } from '../../data/useSettings.ts';
import { SaveRefused } from '../../parts/Refusals.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import classes from './Section.module.css';

/** A section of the settings page. */
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

/** Fields that are saved together. They are disabled until the settings can be used. */
export function SectionForm({
  editor,
  changed,
  onSave,
  aside,
  children,
}: {
  readonly editor: SettingsEditor;
  /** Whether there is anything to save. */
  readonly changed: boolean;
  readonly onSave: () => void;
  /** Shown next to the save button. */
  readonly aside?: ReactNode;
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
        <fieldset disabled={editor.view.data?.effective === null} className={classes.fields}>
          <Stack gap="md">{children}</Stack>
        </fieldset>
        <SaveRefused refusal={editor.refusal} shown={[]} onReload={() => void editor.reload()} />
        <Group justify={aside === undefined ? 'flex-end' : 'space-between'}>
          {aside}
          <Button type="submit" variant="default" loading={editor.saving} disabled={!changed}>
            {t('window.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
