import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { useT } from '../../words/LanguageProvider.tsx';
import { ErrorAlert } from '../RefusalAlert.tsx';

/** What going on with a batch is allowed to do this time. */
export interface Allowance {
  readonly tables: readonly { readonly connection: string; readonly table: string }[];
  readonly allowDeletes?: boolean;
  readonly acceptSources?: readonly string[];
}

/** Asks a person for what the program may not decide, and goes on with the batch or the repair. */
export function Consent({
  batchId,
  allowance,
  title,
  confirm,
  onClose,
  children,
}: {
  readonly batchId: string | null;
  readonly allowance: Allowance;
  readonly title: string;
  readonly confirm: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const t = useT();
  const { run, whyNotRun } = useMay();
  const resume = useCommand('resume', { quiet: true });
  const repair = useCommand('verify', { quiet: true });
  const error = resume.error ?? repair.error;
  const goOn = (): void => {
    const done = { onSuccess: onClose };
    const { tables, allowDeletes = false } = allowance;
    if (batchId !== null) resume.mutate([batchId, allowance], done);
    else repair.mutate([{ only: tables, repair: true, allowDeletes }], done);
  };
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('window.close') }}>
      <Stack gap="md">
        {children}
        {error !== null && <ErrorAlert error={error} />}
        {whyNotRun !== undefined && <Text size="sm">{whyNotRun}</Text>}
        <Group justify="flex-end" gap="xs">
          {/* The harmless way has the focus: Enter alone deletes nothing. */}
          <Button variant="default" data-autofocus onClick={onClose}>
            {t('window.cancel')}
          </Button>
          <Button color="red.9" disabled={!run} loading={resume.isPending || repair.isPending} onClick={goOn}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
