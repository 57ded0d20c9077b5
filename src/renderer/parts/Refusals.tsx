import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Refusal } from '../../window-api/views.ts';
import type { SaveRefusal } from '../data/calls.ts';
import { problemsElsewhere, type SettingsProblem } from '../data/settingsProblems.ts';
import { useLabels } from '../data/useCall.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { type Sentences, sayRefusal, sentencesOf } from '../words/refusal.ts';
import classes from './FormButtons.module.css';

/** Why something cannot be done: what happened, what it means, what to do next. */
export function RefusalAlert({
  refusal,
  children,
}: {
  readonly refusal: Refusal;
  /** What a person can do about it here. */
  readonly children?: ReactNode;
}) {
  const t = useT();
  const labelOf = useLabels();
  return <SentencesAlert {...sayRefusal(refusal, t, labelOf)}>{children}</SentencesAlert>;
}

/** The same for an error that a call has thrown. */
export function ErrorAlert({ error, children }: { readonly error: Error; readonly children?: ReactNode }) {
  const t = useT();
  const labelOf = useLabels();
  return <SentencesAlert {...sentencesOf(error, t, labelOf)}>{children}</SentencesAlert>;
}

function SentencesAlert({ what, problems, rest, children }: Sentences & { readonly children?: ReactNode }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={what} role="alert">
      <Stack gap="xs">
        <ProblemList problems={problems} />
        <div>
          {rest.map((text) => (
            // File paths have no spaces to break at.
            <Text key={text} size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
              {text}
            </Text>
          ))}
        </div>
      </Stack>
      {children}
    </Alert>
  );
}

/**
 * Why the settings were not saved.
 *
 * @param props.shown the paths whose problems are already shown at their fields
 * @param props.onReload loads the current settings; what was typed stays
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
 * The buttons of a long form, always visible at its bottom.
 *
 * @param props.back shown apart at the start, as in every set-up step
 * @param props.said shown above the buttons: what came of the last one that was clicked
 */
export function FormButtons({
  back,
  said,
  children,
}: {
  readonly back?: ReactNode;
  readonly said?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <Stack className={classes.buttons ?? ''} gap="xs">
      {said}
      <Group justify={back === undefined ? 'flex-end' : 'space-between'} gap="xs">
        {back}
        <Group justify="flex-end" gap="xs">
          {children}
        </Group>
      </Group>
    </Stack>
  );
}

/** Problems of settings: where, and why. Paths and file names have no spaces to break at. */
export function ProblemList({ problems }: { readonly problems: readonly SettingsProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <List size="sm" style={{ overflowWrap: 'anywhere' }}>
      {problems.map(({ path, reason }) => (
        <List.Item key={`${path} ${reason}`}>{path === '' ? reason : `${path}: ${reason}`}</List.Item>
      ))}
    </List>
  );
}
