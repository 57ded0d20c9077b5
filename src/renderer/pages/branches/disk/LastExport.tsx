import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconPlayerPause } from '@tabler/icons-react';
import { useState } from 'react';
import { partName } from '../../../../shared/exportParts.ts';
import { ExportEnd } from '../../../../shared/exportRecord.ts';
import { visible } from '../../../../shared/visible.ts';
import type { ExportView } from '../../../../window-api/views.ts';
import { useLive } from '../../../data/BridgeProvider.tsx';
import { useCall, useLabels } from '../../../data/useCall.ts';
import { useMay } from '../../../data/useCommand.ts';
import { ExportProgress } from '../../../parts/ExportProgress.tsx';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import { sayFailure, sayRefusal } from '../../../words/refusal.ts';
import { GoOnDrawer } from './ExportDrawer.tsx';

/** The export of a connection: what is being written, or how the last one ended and what comes next. */
export function LastExport({ connection }: { readonly connection: string }) {
  const exporting = useLive()?.exporting ?? null;
  const last = useCall('exports').data?.find((one) => one.connection === connection);
  const { data: states } = useCall('tables');
  if (exporting?.connection === connection) return <ExportProgress exporting={exporting} stoppable />;
  if (last === undefined || last.end === ExportEnd.Running) return null;
  // Head office has had rows from this branch since: the file has done its work, or is not needed.
  const { startedAt } = last;
  const isOver =
    states?.some((one) => one.connection === connection && (one.success?.endedAt ?? '') > startedAt) ?? true;
  if (isOver) return null;
  return last.end === ExportEnd.Complete ? <Written of={last} /> : <Unfinished of={last} />;
}

function Written({ of }: { readonly of: ExportView }) {
  const t = useT();
  const format = useFormat();
  const { file, tables, rows, bytes, parts, startedAt, endedAt } = of;
  const name = baseName(file);
  return (
    <Alert
      color="branch"
      icon={<IconCircleCheck aria-hidden />}
      title={t('disk.doneTitle', { time: format.shortTime(endedAt ?? startedAt) })}
      role="status"
    >
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {t('disk.done', {
            count: tables,
            rows: format.count(rows),
            bytes: format.bytes(bytes),
            file: visible(file),
          })}{' '}
          {t('cli.disk.parts', { count: parts, file: visible(name), last: visible(partName(name, parts)) })}
        </Text>
        <Text size="sm">{t('disk.next', { import: t('disk.import') })}</Text>
        <Text size="sm">{t('disk.exportSchedules')}</Text>
        <Text size="sm">{t('disk.nextSync', { time: format.shortTime(startedAt) })}</Text>
      </Stack>
    </Alert>
  );
}

/** Names of tables that can be read at a glance. */
const NAMES_SHOWN = 5;

function Unfinished({ of }: { readonly of: ExportView }) {
  const t = useT();
  const format = useFormat();
  const { run, whyNotRun } = useMay();
  const [isOpen, setOpen] = useState(false);
  const { end, file, failed, startedAt, endedAt, unfinished } = of;
  const facts = { file: visible(file), time: format.shortTime(endedAt ?? startedAt) };
  const isStopped = end === ExportEnd.Stopped;
  const what = isStopped
    ? t('disk.stopped', facts)
    : failed.length > 0
      ? t('disk.failed', { ...facts, count: failed.length })
      : t('disk.broke', facts);
  return (
    <Alert
      color={isStopped ? 'gray' : 'red'}
      icon={isStopped ? <IconPlayerPause aria-hidden /> : <IconAlertTriangle aria-hidden />}
      title={t('disk.openTitle')}
      role="status"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {what}
        </Text>
        <WhyNotWritten of={of} />
        {!unfinished && (
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {t('disk.gone', { file: visible(file) })}
          </Text>
        )}
        {unfinished && (
          <Button size="sm" variant="default" disabled={!run} title={whyNotRun} onClick={() => setOpen(true)}>
            {t('disk.goOn')}
          </Button>
        )}
      </Stack>
      {isOpen && <GoOnDrawer of={of} onClose={() => setOpen(false)} />}
    </Alert>
  );
}

/** Why tables, or the file, could not be written, and what to do. */
function WhyNotWritten({ of: { failed, refusal } }: { readonly of: ExportView }) {
  const t = useT();
  const labelOf = useLabels();
  const whole = refusal === null ? null : sayRefusal({ kind: 'usage', ...refusal }, t, labelOf);
  return (
    <>
      {whole !== null && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {[whole.what, ...whole.rest].join(' ')}
        </Text>
      )}
      {failed.slice(0, NAMES_SHOWN).map(({ table, failure }) => {
        const { sentence, next } = sayFailure(failure, t, labelOf);
        return (
          <Text key={table} size="sm" style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-line' }}>
            {visible(table)}: {sentence} {next}
          </Text>
        );
      })}
      {failed.length > NAMES_SHOWN && <Text size="sm">{`+ ${failed.length - NAMES_SHOWN}`}</Text>}
      {failed.length > 0 && (
        <Text size="sm">{t('disk.leaveOut', { tables: t('branchesPage.chooseTables') })}</Text>
      )}
    </>
  );
}

/** The path may be of any system. */
function baseName(file: string): string {
  return file.replace(/^.*[\\/]/, '');
}
