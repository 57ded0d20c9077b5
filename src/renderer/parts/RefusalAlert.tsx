import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Refusal } from '../../shared/window/views.ts';
import { useLabels } from '../data/useLabels.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { sayRefusal, sentencesOf } from '../words/refusal.ts';

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

/** The same for what a call has thrown. */
export function ErrorAlert({ error, children }: { readonly error: Error; readonly children?: ReactNode }) {
  const t = useT();
  const labelOf = useLabels();
  return <SentencesAlert {...sentencesOf(error, t, labelOf)}>{children}</SentencesAlert>;
}

function SentencesAlert({
  what,
  rest,
  children,
}: {
  readonly what: string;
  readonly rest: readonly string[];
  readonly children?: ReactNode;
}) {
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={what}
      // Each of several problems stands on a line of its own.
      styles={{ title: { whiteSpace: 'pre-line' } }}
      role="alert"
      mb="md"
    >
      {rest.map((text) => (
        <Text key={text} size="sm" style={{ whiteSpace: 'pre-line' }}>
          {text}
        </Text>
      ))}
      {children}
    </Alert>
  );
}
