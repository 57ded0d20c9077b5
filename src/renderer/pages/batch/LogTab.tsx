import { Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconCircleX, IconSearch } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { hookOutputLines } from '../../../shared/texts/hookText.ts';
import { sayLogRow } from '../../../shared/texts/logLine.ts';
import { visibleLines } from '../../../shared/visible.ts';
import type { BatchView, RunView } from '../../../window-api/views.ts';
import { keyOf } from '../../data/calls.ts';
import { useLabels } from '../../data/useCall.ts';
import { Empty } from '../../parts/Page.tsx';
import { ScrollTable } from '../../parts/ScrollTable.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { LEVELS, type Level, levelOf } from './logLevel.ts';
import classes from './Tabs.module.css';

/**
 * The event log of a batch.
 *
 * @param props.run null if the batch does not run now
 */
export function LogTab({ view, run }: { readonly view: BatchView; readonly run: RunView | null }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const [text, setText] = useState('');
  const [show, setShow] = useState<Shown>('all');
  useFreshLog(view.batch.batch_id, run);
  const lines = useMemo(
    () =>
      view.events.flatMap((row) =>
        [sayLogRow(row, t, labelOf), ...hookOutputLines(row)].map((line, index) => ({
          id: `${row.id}/${index}`,
          at: row.at,
          level: levelOf(row),
          text: line,
        })),
      ),
    [view.events, t, labelOf],
  );
  const shown = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return lines.filter(
      (line) => isShown(line, show) && (wanted === '' || line.text.toLowerCase().includes(wanted)),
    );
  }, [lines, text, show]);
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
          w="min(20rem, 100%)"
        />
        <SegmentedControl
          aria-label={t('batchPage.log.show')}
          value={show}
          onChange={(value) => setShow(value as Shown)}
          data={SHOWN.map((value) => ({
            value,
            label: `${t(`batchPage.log.shown.${value}`)} ${format.count(lines.filter((line) => isShown(line, value)).length)}`,
          }))}
          className={`${classes.choice} numbers`}
        />
        <Text size="sm" c="dimmed" className={`${classes.found} numbers`} role="status">
          {text.trim() === ''
            ? ''
            : t('batchPage.log.lines', { count: shown.length, lines: format.count(shown.length) })}
        </Text>
      </Group>
      {shown.length === 0 ? <Empty title={t('batchPage.log.noneFound')} /> : <LogList lines={shown} />}
    </Stack>
  );
}

/** Choices of which lines to show: those of a level, or worse. */
const SHOWN = ['all', 'warning', 'error'] as const;
type Shown = (typeof SHOWN)[number];

function isShown({ level }: Line, show: Shown): boolean {
  return show === 'all' || LEVELS.indexOf(level) <= LEVELS.indexOf(show);
}

/** Minimum interval between reads of the log, which is large for 2,000 tables that end many times a second. */
const AT_MOST_EVERY_MS = 3000;

/**
 * Reads a visible event log again when tables begin or end, because its lines are not sent as events.
 *
 * @param run null if the batch does not run now
 */
function useFreshLog(batchId: string, run: RunView | null): void {
  const queries = useQueryClient();
  const readAt = useRef(0);
  const isRunning = run !== null;
  const ended = isRunning ? run.doneTables + run.failedTables : 0;
  const begun = isRunning ? run.tables.length : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a table that begins or ends is why it is read again
  useEffect(() => {
    if (!isRunning) return;
    const wait = Math.max(0, readAt.current + AT_MOST_EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      readAt.current = Date.now();
      void queries.invalidateQueries({ queryKey: keyOf('batch', batchId) });
    }, wait);
    return () => clearTimeout(timer);
  }, [queries, batchId, isRunning, ended, begun]);
}

interface Line {
  readonly id: string;
  readonly at: string;
  readonly level: Level;
  readonly text: string;
}

const LINE_HEIGHT = 36;

const WIDTHS = ['11.5rem', undefined];

const ICONS = { error: IconCircleX, warning: IconAlertTriangle } as const;

/** The lines of an event log, oldest first. */
function LogList({ lines }: { readonly lines: readonly Line[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ScrollTable
      label={t('batchPage.tabs.log')}
      rows={lines}
      keyOf={idOf}
      rowHeight={LINE_HEIGHT}
      widths={WIDTHS}
      head={
        <>
          <th scope="col">{t('batchPage.log.at')}</th>
          <th scope="col">{t('batchPage.log.what')}</th>
        </>
      }
    >
      {(line, rowIndex) => (
        <tr aria-rowindex={rowIndex}>
          <td className={classes.at}>{format.dateTime(line.at)}</td>
          <td className={classes.text}>
            <LevelMark level={line.level} />
            {visibleLines(line.text)}
          </td>
        </tr>
      )}
    </ScrollTable>
  );
}

/** Icon and word where a line matters more than others. */
function LevelMark({ level }: { readonly level: Level }) {
  const t = useT();
  if (level === 'info') return null;
  const Icon = ICONS[level];
  return (
    <span className={classes.level} data-level={level}>
      <Icon size={16} stroke={1.8} aria-hidden />
      {t(`batchPage.log.level.${level}`)}
    </span>
  );
}

function idOf(line: Line): string {
  return line.id;
}
