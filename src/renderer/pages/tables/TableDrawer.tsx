import { Drawer, Text } from '@mantine/core';
import { useState } from 'react';
import { visible } from '../../../shared/visible.ts';
import type { TableState } from '../../../shared/window/views.ts';
import { Empty } from '../../parts/Empty.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { TableDetail } from './TableDetail.tsx';

/** The details of a table, beside the list. */
export function TableDrawer({
  wanted,
  states,
  close,
}: {
  readonly wanted: { readonly connection: string; readonly table: string } | null;
  /** Undefined until they have been read. */
  readonly states: readonly TableState[] | undefined;
  readonly close: () => void;
}) {
  const t = useT();
  // Escape closes the question that is open, and not what is behind it as well.
  const [asking, setAsking] = useState(false);
  const state = states?.find(
    ({ connection, table }) => connection === wanted?.connection && table === wanted.table,
  );
  return (
    <Drawer
      opened={wanted !== null}
      onClose={close}
      closeOnEscape={!asking}
      position="right"
      size="min(50rem, 100vw)"
      title={
        <>
          <Text component="span" display="block" fw={700} size="lg" style={{ overflowWrap: 'anywhere' }}>
            {visible(wanted?.table ?? '')}
          </Text>
          <Text component="span" display="block" size="sm" c="dimmed" lineClamp={2}>
            {visible(state?.label ?? wanted?.connection ?? '')}
          </Text>
        </>
      }
      closeButtonProps={{ 'aria-label': t('window.close') }}
    >
      {state !== undefined && (
        <TableDetail key={state.connection + state.table} state={state} onAsking={setAsking} />
      )}
      {state === undefined && states !== undefined && wanted !== null && (
        <Empty title={t('tablesPage.detail.missing')}>{t('tablesPage.detail.missingNext')}</Empty>
      )}
    </Drawer>
  );
}
