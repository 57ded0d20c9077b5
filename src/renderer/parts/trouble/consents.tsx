import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { failureOfRow } from '../../../shared/texts/failureGroups.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useLabels } from '../../data/useConnections.ts';
import { useMay } from '../../data/useMay.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { ErrorAlert } from '../RefusalAlert.tsx';
import type { FailureGroup } from './groupFailures.ts';
import { refOf } from './stepsFor.ts';

interface Asked {
  /** Null where it is a repair that goes on. */
  readonly batchId: string | null;
  readonly group: FailureGroup;
  readonly onClose: () => void;
}

/** Whether rows may be deleted at head office that are more than the brake lets pass: which, and how many. */
export function DeletesConsent({ batchId, group, onClose }: Asked) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  return (
    <Consent
      batchId={batchId}
      allowance={{ tables: group.rows.map(refOf), allowDeletes: true }}
      title={t('troubles.deletesTitle')}
      confirm={t('troubles.deletesConfirm')}
      onClose={onClose}
    >
      <Text>{t('troubles.deletesBody')}</Text>
      <List mah="40dvh" style={{ overflowY: 'auto', overflowWrap: 'anywhere' }} tabIndex={0}>
        {group.rows.map((row) => {
          const { deletes, rows } = failureOfRow(row).params;
          const name = { table: row.table_name, connection: labelOf(row.connection) };
          return (
            <List.Item key={`${row.connection}/${row.table_name}`}>
              {typeof deletes === 'number' && typeof rows === 'number'
                ? t('troubles.deletesOf', {
                    ...name,
                    deletes: format.count(deletes),
                    rows: format.count(rows),
                  })
                : t('troubles.deletesUnknown', name)}
            </List.Item>
          );
        })}
      </List>
    </Consent>
  );
}

/** Whether the database that is there now is meant, although it is another than before. */
export function SourceConsent({ batchId, group, onClose }: Asked) {
  const t = useT();
  const labelOf = useLabels();
  const connections = [...new Set(group.rows.map((row) => row.connection))];
  return (
    <Consent
      batchId={batchId}
      allowance={{ tables: group.rows.map(refOf), acceptSources: connections }}
      title={t('troubles.sourceTitle')}
      confirm={t('troubles.sourceConfirm')}
      onClose={onClose}
    >
      <Text>{t('troubles.sourceBody', { connection: connections.map(labelOf).join(', ') })}</Text>
    </Consent>
  );
}

/** What going on with a batch is allowed to do this time. */
interface Allowance {
  readonly tables: readonly { readonly connection: string; readonly table: string }[];
  readonly allowDeletes?: boolean;
  readonly acceptSources?: readonly string[];
}

/** Asks a person for what the program may not decide, and goes on with the batch or the repair. */
function Consent({
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
