import { Anchor, Group, Paper, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { visible } from '../../../shared/visible.ts';
import type { LinkView, RunningTable, RunView } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { ProgressLine, useRunWords } from '../../parts/ProgressLine.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import { RateGraph } from './RateGraph.tsx';
import classes from './Running.module.css';
import { type Slots, slotsFor } from './slots.ts';

/** The running batch: its total progress, and each table that is being copied. */
export function RunningBatch({ run, link }: { readonly run: RunView; readonly link: LinkView | null }) {
  const t = useT();
  const format = useFormat();
  const { rate, left } = useRunWords();
  const percent = format.percent(run.fraction);
  const tables = t('todayPage.running.tables', {
    done: format.count(run.doneTables),
    total: format.count(run.totalTables),
  });
  return (
    <Paper withBorder p="lg" component="section" aria-labelledby="running">
      <Group justify="space-between" gap="xs" mb="sm">
        <Title order={2} size="h4" id="running">
          {t('todayPage.running.title')}
        </Title>
        <Anchor component={Link} href={`/batch/${run.batchId}`} size="sm" title={run.batchId}>
          {t('todayPage.running.toBatch')}
        </Anchor>
      </Group>
      <div className={classes.whole}>
        <Text className={`${classes.percent} numbers`}>{percent}</Text>
        <div className={classes.bar}>
          <ProgressLine
            size="lg"
            label={t('todayPage.running.label')}
            fraction={run.fraction}
            text={`${percent}, ${tables}`}
          />
        </div>
        <Text size="sm" className={`${classes.left} numbers`}>
          {run.waitingSeconds === null
            ? left(run.etaSeconds)
            : t('todayPage.running.waiting', { duration: format.duration(run.waitingSeconds) })}
        </Text>
      </div>
      <Text component="div" size="sm" className={`${classes.facts} numbers`}>
        <span>
          <span>{tables}</span>
          {run.failedTables > 0 && (
            <span className={classes.failed}>
              {' · '}
              {t('todayPage.running.failed', { count: run.failedTables })}
            </span>
          )}
        </span>
        <span>{t('counts.checked', { count: run.checked, number: format.count(run.checked) })}</span>
        <span>{t('counts.written', { count: run.written, number: format.count(run.written) })}</span>
        <span>{link !== null && t('counts.sent', { size: format.bytes(link.sentBytes) })}</span>
        <span>{rate(run.rowsPerSecond)}</span>
      </Text>
      <RateGraph link={link} />
      <RunningTables key={run.batchId} tables={run.tables} />
    </Paper>
  );
}

const NO_SLOTS: Slots = [];

/** The tables that are being copied, each in a fixed position. */
function RunningTables({ tables }: { readonly tables: readonly RunningTable[] }) {
  const t = useT();
  const [slots, setSlots] = useState(NO_SLOTS);
  useEffect(() => setSlots((before) => slotsFor(before, tables)), [tables]);
  const isBetween = slots.every((slot) => slot === null);
  return (
    <ul className={classes.tables}>
      {slots.map((slot, place) => (
        // A place is what it is, whichever table stands in it.
        // biome-ignore lint/suspicious/noArrayIndexKey: the index is the identity of a place
        <li key={place} className={classes.slot}>
          {slot !== null && <RunningTableLine table={slot} />}
          {isBetween && place === 0 && (
            <Text size="sm" c="dimmed">
              {t('todayPage.running.none')}
            </Text>
          )}
        </li>
      ))}
    </ul>
  );
}

function RunningTableLine({ table }: { readonly table: RunningTable }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const { rate, left } = useRunWords();
  const name = visible(table.table);
  const done = table.processed + table.skipped;
  const rows =
    table.estimatedRows === null
      ? t('counts.checked', { count: done, number: format.count(done) })
      : t('counts.checkedOf', {
          number: format.count(done),
          of: format.count(Math.max(done, table.estimatedRows)),
        });
  return (
    <>
      <div className={classes.name}>
        <Text fw={600} truncate title={name}>
          {name}
        </Text>
        <Text size="sm" c="dimmed" truncate title={labelOf(table.connection)}>
          {labelOf(table.connection)}
        </Text>
        <Text size="sm" className={`${classes.left} numbers`}>
          {left(table.etaSeconds)}
          {table.elapsedSeconds !== null &&
            ` · ${t('batchPage.soFar', { time: format.duration(Math.round(table.elapsedSeconds)) })}`}
        </Text>
      </div>
      <ProgressLine
        size="sm"
        label={t('todayPage.running.tableLabel', { table: table.table })}
        fraction={fractionOf(done, table.estimatedRows)}
        text={rows}
      />
      <Text component="div" size="sm" className={`${classes.facts} numbers`}>
        <span className={classes.wide}>{rows}</span>
        <span>{t('counts.read', { size: format.bytes(table.bytes) })}</span>
        <span>{rate(table.rowsPerSecond)}</span>
      </Text>
    </>
  );
}

function fractionOf(done: number, estimated: number | null): number | null {
  if (estimated === null || estimated <= 0) return null;
  return Math.min(1, done / estimated);
}
