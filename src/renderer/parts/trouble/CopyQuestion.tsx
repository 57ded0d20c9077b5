import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useId, useState } from 'react';
import type { CopyAnswer } from '../../../shared/service.ts';
import { useLabels } from '../../data/useCall.ts';
import { useCommand, useMay } from '../../data/useCommand.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { ErrorAlert } from '../Refusals.tsx';

interface Asked {
  /** The batch that found the copy; null if the whole folder came from another computer. */
  readonly batchId: string | null;
  /** The connections that both copies would sync; null for all in the settings. */
  readonly connections: readonly string[] | null;
}

/** Opens the question which computer continues, after the data folder was copied. */
export function CopyButton({ main = false, ...asked }: Asked & { readonly main?: boolean }) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const [isAsking, setAsking] = useState(false);
  return (
    <Group>
      <Button
        variant={main ? 'filled' : 'default'}
        disabled={!run}
        title={whyNotRun}
        onClick={() => setAsking(true)}
      >
        {t('troubles.copyAsk')}
      </Button>
      {isAsking && <CopyQuestion {...asked} onClose={() => setAsking(false)} />}
    </Group>
  );
}

function CopyQuestion({ batchId, connections, onClose }: Asked & { readonly onClose: () => void }) {
  const t = useT();
  const labelOf = useLabels();
  const { run, whyNotRun } = useMay();
  const { mutate, isPending, variables, error } = useCommand('answerCopy', { quiet: true });
  const [given] = variables ?? [];
  const ways: Readonly<Record<CopyAnswer, { readonly label: string; readonly means: string }>> = {
    keep: { label: t('quit.copiedKeep'), means: t('troubles.copyKeep') },
    new: {
      label: t('quit.copiedNew'),
      means:
        connections === null
          ? t('troubles.copyNewAll')
          : t('troubles.copyNew', { connections: connections.map(labelOf).join(', ') }),
    },
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('troubles.copyTitle')}
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      <Stack gap="lg">
        <Text>{t('troubles.copyBody')}</Text>
        {(['keep', 'new'] as const).map((answer) => (
          <Way
            key={answer}
            {...ways[answer]}
            disabled={!run || (isPending && given !== answer)}
            loading={isPending && given === answer}
            onChoose={() => mutate([answer, batchId], { onSuccess: onClose })}
          />
        ))}
        {error !== null && <ErrorAlert error={error} />}
        {whyNotRun !== undefined && !isPending && <Text size="sm">{whyNotRun}</Text>}
        <Group justify="flex-end">
          {/* The harmless way has the focus: Enter alone answers nothing. */}
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('window.cancel')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Way({
  label,
  means,
  disabled,
  loading,
  onChoose,
}: {
  readonly label: string;
  readonly means: string;
  readonly disabled: boolean;
  readonly loading: boolean;
  readonly onChoose: () => void;
}) {
  const id = useId();
  return (
    <Stack gap={6} align="flex-start">
      <Text id={id} style={{ overflowWrap: 'anywhere' }}>
        {means}
      </Text>
      <Button
        variant="default"
        aria-describedby={id}
        disabled={disabled}
        loading={loading}
        onClick={onChoose}
      >
        {label}
      </Button>
    </Stack>
  );
}
