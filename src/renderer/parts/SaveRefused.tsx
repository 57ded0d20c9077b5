import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { SaveRefusal } from '../data/refused.ts';
import { problemsElsewhere } from '../data/settingsProblems.ts';
import { useT } from '../words/LanguageProvider.tsx';
import classes from './FormButtons.module.css';
import { ProblemList } from './ProblemList.tsx';
import { ErrorAlert } from './RefusalAlert.tsx';

/**
 * Why a change of the settings was not saved.
 *
 * @param props.shown the paths whose reasons stand at their fields already
 * @param props.onReload takes the settings as they are now; what was typed stays
 */
export function SaveRefused({
  refusal,
  shown,
  onReload,
}: {
  readonly refusal: SaveRefusal | null;
  readonly shown: readonly string[];
  readonly onReload: () => void;
}) {
  const t = useT();
  if (refusal === null) return null;
  if (refusal.kind === 'other') return <ErrorAlert error={refusal.error} />;
  const changed = refusal.kind === 'changed';
  const rest = changed ? [] : problemsElsewhere(refusal.problems, shown);
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={changed ? t('window.settingsChanged') : t('window.settingsRefused')}
    >
      <Stack gap="xs">
        <Text size="sm">{changed ? t('window.settingsChangedNext') : t('window.settingsRefusedNext')}</Text>
        <ProblemList problems={rest} />
      </Stack>
      {changed && (
        <Button mt="sm" size="xs" variant="default" onClick={onReload}>
          {t('window.loadAnew')}
        </Button>
      )}
    </Alert>
  );
}

/**
 * What can be done with a form longer than the screen, always in sight below it.
 *
 * @param props.back stands apart at the start, where every step of the set-up has it
 */
export function FormButtons({ back, children }: { readonly back?: ReactNode; readonly children: ReactNode }) {
  return (
    <Group
      className={classes.buttons ?? ''}
      justify={back === undefined ? 'flex-end' : 'space-between'}
      gap="xs"
    >
      {back}
      <Group justify="flex-end" gap="xs">
        {children}
      </Group>
    </Group>
  );
}
