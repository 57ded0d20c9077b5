import { Stack, Text } from '@mantine/core';
import { type CSSProperties, useMemo } from 'react';
import { BatchStatus } from '../../../shared/status.ts';
import { visible } from '../../../shared/visible.ts';
import type { BatchView, RunView } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { useNow } from '../../data/useNow.ts';
import { Empty } from '../../parts/Page.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Timeline.module.css';
import { runningOf, withLive } from './tableFilter.ts';
import { type Bar, lengthOf, timelineOf } from './timeline.ts';

/** While a batch runs, its bars grow this often. */
const EVERY_MS = 1000;

/**
 * What took the time: the tables of a batch as bars on its time axis. The bars are a column of a table, so that screen
 * readers get the same facts as numbers.
 *
 * @param props.run null if the batch does not run now
 */
export function TimelineTab({ view, run }: { readonly view: BatchView; readonly run: RunView | null }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const now = useNow(EVERY_MS);
  const { batch, tables, events } = view;
  const atWork = batch.status === BatchStatus.Running;
  // The clock matters only while it runs.
  const until = atWork ? now : null;
  const timeline = useMemo(() => {
    const running = runningOf(run, batch.batch_id);
    const rows = tables.map((row) => withLive(row, running.get(`${row.connection}/${row.table_name}`)));
    return timelineOf(batch, rows, events, until ?? new Date());
  }, [batch, tables, events, run, until]);
  const { bars, seconds, more, longest, resumes } = timeline;
  if (longest === null) return <Empty title={t('batchPage.timeline.none')} />;
  const isOneBranch = new Set(tables.map((row) => row.connection)).size === 1;
  const axis = Math.max(seconds, 0.001);
  return (
    <Stack gap="sm">
      <Text>
        {t('batchPage.timeline.longest', {
          table: visible(longest.row.table_name),
          duration: format.duration(lengthOf(longest)),
          total: format.duration(seconds),
        })}
      </Text>
      <table className={`${classes.table} numbers`} aria-label={t('batchPage.tabs.timeline')}>
        <thead>
          <tr>
            <th scope="col">{t('batchPage.timeline.table')}</th>
            <th scope="col" className={`${classes.number} ${classes.roomy}`}>
              {t('batchPage.timeline.began')}
            </th>
            <th scope="col" className={classes.number}>
              {t('batchPage.timeline.took')}
            </th>
            <th scope="col" className={`${classes.number} ${classes.roomy}`}>
              {t('batchPage.timeline.sent')}
            </th>
            <td className={classes.axis} aria-hidden>
              <div className={classes.scale}>
                <span>0</span>
                <span>{format.duration(seconds)}</span>
              </div>
            </td>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={`${bar.row.connection}/${bar.row.table_name}`}>
              <th scope="row">
                {visible(bar.row.table_name)}
                {!isOneBranch && <div className={classes.less}>{labelOf(bar.row.connection)}</div>}
              </th>
              <td className={`${classes.number} ${classes.roomy}`}>{format.duration(bar.from)}</td>
              <td className={classes.number}>{format.duration(lengthOf(bar))}</td>
              <td className={`${classes.number} ${classes.roomy}`}>
                {bar.row.sent_bytes === null || bar.row.ended_at === null
                  ? '–'
                  : format.bytes(bar.row.sent_bytes)}
              </td>
              <td className={classes.axis} aria-hidden>
                <div className={classes.track}>
                  {resumes.map((at) => (
                    <span
                      key={at}
                      className={classes.resume}
                      style={{ insetInlineStart: percent(at / axis) }}
                    />
                  ))}
                  <span className={classes.bar} data-status={bar.row.status} style={placeOf(bar, axis)} />
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more.tables > 0 && (
        <Text size="sm" c="dimmed">
          {t('batchPage.timeline.more', {
            count: more.tables,
            number: format.count(more.tables),
            duration: format.duration(more.seconds),
          })}
        </Text>
      )}
      {resumes.length > 0 && (
        <Text size="sm" c="dimmed">
          {t('batchPage.timeline.resumed')}
        </Text>
      )}
    </Stack>
  );
}

function placeOf({ from, to }: Bar, axis: number): CSSProperties {
  return { insetInlineStart: percent(from / axis), width: percent((to - from) / axis) };
}

function percent(share: number): string {
  return `${Math.min(100, share * 100)}%`;
}
