import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconDownload, IconPlayerStop } from '@tabler/icons-react';
import { sayLogRow } from '../../../shared/texts/logLine.ts';
import type { BatchView } from '../../../window-api/views.ts';
import { useLive } from '../../data/BridgeProvider.tsx';
import { useCommand } from '../../data/useCommand.ts';
import { useMay } from '../../data/useMay.ts';
import { saveAs } from '../../parts/saveAs.ts';
import { GoOnButton } from '../../parts/trouble/GoOnButton.tsx';
import { useT } from '../../words/LanguageProvider.tsx';
import { batchJson, fileNameOf, logCsv, tablesCsv } from './exported.ts';

/** What can be done with the whole batch. */
export function BatchActions({ view }: { readonly view: BatchView }) {
  const t = useT();
  const { command, whyNotCommand } = useMay();
  const stop = useCommand('stopRun');
  const isRunning = useLive()?.run?.batchId === view.batch.batch_id;
  return (
    <>
      <ExportMenu view={view} />
      {isRunning && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={18} aria-hidden />}
          loading={stop.isPending}
          disabled={!command}
          title={whyNotCommand ?? t('todayPage.stopHint')}
          onClick={() => stop.mutate([])}
        >
          {t('todayPage.stop')}
        </Button>
      )}
      {!isRunning && view.resumable && <GoOnButton batch={view.batch} main />}
    </>
  );
}

/** Gives the batch away as a file: for a spreadsheet, or for another program. */
function ExportMenu({ view }: { readonly view: BatchView }) {
  const t = useT();
  const id = view.batch.batch_id;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          rightSection={<IconChevronDown size={16} aria-hidden />}
        >
          {t('batchPage.export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => saveAs(fileNameOf(id, 'tables', 'csv'), 'text/csv', tablesCsv(view.tables))}
        >
          {t('batchPage.export.tablesCsv')}
        </Menu.Item>
        <Menu.Item
          onClick={() =>
            saveAs(
              fileNameOf(id, 'log', 'csv'),
              'text/csv',
              logCsv(view.events, (row) => sayLogRow(row, t)),
            )
          }
        >
          {t('batchPage.export.logCsv')}
        </Menu.Item>
        <Menu.Item
          onClick={() => saveAs(fileNameOf(id, 'batch', 'json'), 'application/json', batchJson(view))}
        >
          {t('batchPage.export.json')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
