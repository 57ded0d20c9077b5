import { Group, Stack, Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { sayLogRow } from '../../../shared/texts/logLine.ts';
import type { BatchView, RunView } from '../../../shared/window/views.ts';
import { useLabels } from '../../data/useLabels.ts';
import { Empty } from '../../parts/Empty.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Filter.module.css';
import { LogList } from './LogList.tsx';
import { useFreshLog } from './useFreshLog.ts';

/**
 * What happened in a batch, line by line.
 *
 * @param props.run null where the batch does not run now
 */
export function LogTab({ view, run }: { readonly view: BatchView; readonly run: RunView | null }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const [text, setText] = useState('');
  useFreshLog(view.batch.batch_id, run);
  const lines = useMemo(
    () => view.events.map((row) => ({ id: row.id, at: row.at, text: sayLogRow(row, t, labelOf) })),
    [view.events, t, labelOf],
  );
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return wanted === '' ? lines : lines.filter((line) => line.text.toLowerCase().includes(wanted));
  }, [lines, text]);
  if (lines.length === 0) return <Empty title={t('batchPage.log.none')} />;
  return (
    <Stack gap="md">
      <Group align="flex-end" gap="md">
        <TextInput
          label={t('batchPage.log.search')}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          maxLength={200}
          w="min(24rem, 100%)"
        />
        <Text size="sm" c="dimmed" className={`${classes.found} numbers`}>
          {t('batchPage.log.lines', { count: shown.length, lines: format.count(shown.length) })}
        </Text>
      </Group>
      {shown.length === 0 ? <Empty title={t('batchPage.log.noneFound')} /> : <LogList lines={shown} />}
    </Stack>
  );
}
