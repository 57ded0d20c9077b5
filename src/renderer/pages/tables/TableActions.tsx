import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { Strategy } from '../../../shared/status.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { useT } from '../../words/LanguageProvider.tsx';

/** What can be done with one table. What sends much, or overwrites, is asked about first. */
export function TableActions({
  state,
  onAsking,
}: {
  readonly state: TableState;
  readonly onAsking: (asking: boolean) => void;
}) {
  const t = useT();
  const may = useMay();
  const run = useCommand('runNow');
  const verify = useCommand('verify');
  const [asked, setAsked] = useState<Asked | null>(null);
  const why = state.selected ? may.whyNotRun : t('tablesPage.action.cannotLeft');
  const common = { disabled: why !== undefined };
  const scope = { connections: [state.connection], tables: [state.table] };

  const ask = (what: Asked | null) => {
    setAsked(what);
    onAsking(what !== null);
  };
  const tell = (message: string) =>
    notifications.show({
      title: t('tablesPage.action.started'),
      message,
      closeButtonProps: { 'aria-label': t('window.close') },
    });
  const told = {
    run: { onSuccess: () => tell(t('tablesPage.action.startedRun', { table: state.table })) },
    verify: { onSuccess: () => tell(t('tablesPage.action.startedVerify', { table: state.table })) },
  };
  const busy = run.isPending || verify.isPending;
  return (
    <Stack gap="xs">
      {/* In pairs of what belongs together, so that none stands alone where they wrap. */}
      <Group gap="xs">
        <Button {...common} loading={busy} onClick={() => run.mutate([scope], told.run)}>
          {t('tablesPage.action.run')}
        </Button>
        <Button {...common} variant="default" loading={busy} onClick={() => ask('full')}>
          {t('tablesPage.action.full')}
        </Button>
      </Group>
      <Group gap="xs">
        <Button
          {...common}
          variant="default"
          loading={busy}
          onClick={() => verify.mutate([scope], told.verify)}
        >
          {t('tablesPage.action.verify')}
        </Button>
        <Button {...common} variant="default" loading={busy} onClick={() => ask('repair')}>
          {t('tablesPage.action.repair')}
        </Button>
      </Group>
      {why !== undefined && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
      <Confirm
        asked={asked}
        table={state.table}
        onNo={() => ask(null)}
        onYes={(what) => {
          ask(null);
          if (what === 'full') run.mutate([{ ...scope, strategy: Strategy.Full }], told.run);
          else verify.mutate([{ ...scope, repair: true }], told.verify);
        }}
      />
    </Stack>
  );
}

/** What is asked about before it is done. */
type Asked = 'repair' | 'full';

/** Says what would be done, and asks whether to. */
function Confirm({
  asked,
  table,
  onYes,
  onNo,
}: {
  readonly asked: Asked | null;
  readonly table: string;
  readonly onYes: (asked: Asked) => void;
  readonly onNo: () => void;
}) {
  const t = useT();
  return (
    <Modal
      opened={asked !== null}
      onClose={onNo}
      title={asked !== null && t(`tablesPage.${asked}.title`, { table })}
      closeButtonProps={{ 'aria-label': t('window.close') }}
      // Above the details, in which it is asked.
      zIndex={300}
    >
      {asked !== null && (
        <Stack>
          <Text>{t(`tablesPage.${asked}.body`)}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onNo} data-autofocus>
              {t('window.cancel')}
            </Button>
            <Button onClick={() => onYes(asked)}>{t(`tablesPage.${asked}.confirm`)}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
