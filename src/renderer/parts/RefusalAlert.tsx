import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Refusal } from '../../window-api/views.ts';
import { useLabels } from '../data/useConnections.ts';
import { useT } from '../words/LanguageProvider.tsx';
import { type Sentences, sayRefusal, sentencesOf } from '../words/refusal.ts';
import { ProblemList } from './ProblemList.tsx';

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

function SentencesAlert({ what, problems, rest, children }: Sentences & { readonly children?: ReactNode }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title={what} role="alert">
      <Stack gap="xs">
        <ProblemList problems={problems} />
        <div>
          {rest.map((text) => (
            // A file's path has no spaces to break at.
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
