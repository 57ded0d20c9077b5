import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLabels } from '../../data/useLabels.ts';
import type { SettingsEditor } from '../../data/useSettings.ts';
import { SaveRefused } from '../../parts/SaveRefused.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { sayRefusal } from '../../words/refusal.ts';
import classes from './Section.module.css';

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
  aside,
  children,
}: {
  readonly editor: SettingsEditor;
  /** Whether there is anything to save. */
  readonly changed: boolean;
  readonly onSave: () => void;
  /** Beside the button that saves. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const t = useT();
  const why = useWhyFixed(editor);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <Stack gap="md">
        {why !== null && (
          <Text size="sm" c="dimmed">
            {why}
          </Text>
        )}
        <fieldset disabled={why !== null} className={classes.fields}>
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

/** Why nothing of the settings can be changed here; null where it can. */
function useWhyFixed({ view: { data } }: SettingsEditor): string | null {
  const t = useT();
  const labelOf = useLabels();
  if (data === undefined || data.effective !== null) return null;
  if (data.problem === null || data.document === null) return t('settingsPage.notYet');
  return sayRefusal(data.problem, t, labelOf).what;
}
