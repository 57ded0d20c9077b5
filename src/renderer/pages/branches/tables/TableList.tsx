import { Checkbox, Text } from '@mantine/core';
import { IconKeyOff, IconLock } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { DiscoveredTable } from '../../../../shared/contract.ts';
import { visible } from '../../../../shared/visible.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { Chosen } from '../model/tableChoice.ts';
import classes from './TableList.module.css';

const ROW_HEIGHT = 44;

/** Thousands of tables; only visible rows are in the page. */
export function TableList({
  tables,
  chosen,
  onTick,
}: {
  readonly tables: readonly DiscoveredTable[];
  readonly chosen: (table: string) => Chosen;
  readonly onTick: (table: string, on: boolean) => void;
}) {
  const t = useT();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: tables.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  if (tables.length === 0) return <Text c="dimmed">{t('branchesPage.noneFound')}</Text>;
  return (
    <section ref={box} className={classes.box} aria-label={t('branchesPage.tables')}>
      <table className={classes.table} aria-rowcount={tables.length + 1}>
        <thead className={classes.head}>
          <tr className={classes.row} aria-rowindex={1}>
            <th scope="col" className={classes.name}>
              {t('branchesPage.column.table')}
            </th>
            <th scope="col" className={classes.number}>
              {t('branchesPage.column.rows')}
            </th>
            <th scope="col" className={classes.number}>
              {t('branchesPage.column.size')}
            </th>
          </tr>
        </thead>
        <tbody className={classes.body} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const table = tables[index];
            return table === undefined ? null : (
              <tr
                key={table.table}
                className={`${classes.row} ${classes.line}`}
                style={{ transform: `translateY(${start}px)` }}
                aria-rowindex={index + 2}
              >
                <TableCells table={table} chosen={chosen(table.table)} onTick={onTick} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function TableCells({
  table: { table, estimatedRows, bytes, hasKey, readable },
  chosen: { selected, leftOutBy },
  onTick,
}: {
  readonly table: DiscoveredTable;
  readonly chosen: Chosen;
  readonly onTick: (table: string, on: boolean) => void;
}) {
  const t = useT();
  const format = useFormat();
  const name = visible(table);
  return (
    <>
      <td className={classes.name}>
        <Checkbox
          checked={selected}
          disabled={leftOutBy !== null}
          onChange={({ currentTarget: { checked } }) => onTick(table, checked)}
          label={name}
          title={name}
          classNames={{
            root: classes.label ?? '',
            body: classes.check ?? '',
            labelWrapper: classes.label ?? '',
            label: classes.text ?? '',
          }}
        />
        {leftOutBy !== null && (
          <Text size="xs" c="dimmed" className={classes.note ?? ''}>
            {t('branchesPage.leftOutBy', { pattern: leftOutBy })}
          </Text>
        )}
        {!hasKey && (
          <Text
            size="xs"
            c="var(--branch-warn)"
            className={classes.note ?? ''}
            title={t('branchesPage.noKeyNote')}
          >
            <IconKeyOff size={14} aria-hidden /> {t('branchesPage.noKey')}
          </Text>
        )}
        {!readable && (
          <Text size="xs" c="var(--branch-bad)" className={classes.note ?? ''}>
            <IconLock size={14} aria-hidden /> {t('branchesPage.notReadable')}
          </Text>
        )}
      </td>
      <td className={`${classes.number} numbers`}>{estimatedRows < 0 ? '–' : format.count(estimatedRows)}</td>
      <td className={`${classes.number} numbers`}>{format.bytes(bytes)}</td>
    </>
  );
}
