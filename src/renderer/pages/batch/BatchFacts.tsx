import { ActionIcon, Button, CopyButton, Paper, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconChevronDown, IconChevronUp, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import type { TableRow } from '../../../shared/contract.ts';
import { BatchStatus } from '../../../shared/status.ts';
import { askedByText, sayRequestRow } from '../../../shared/texts/requestText.ts';
import { receivedText, sentText } from '../../../shared/texts/trafficText.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import { visible } from '../../../shared/visible.ts';
import type { BatchView } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { useNow } from '../../data/useNow.ts';
import { StatusMark } from '../../parts/StatusMark.tsx';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import classes from './Facts.module.css';
import { sayHeadline } from './headline.ts';
import { askedFor, type Stage, stagesOf, workedSoFar } from './past.ts';

/** What came of a batch in a sentence, and its task and result in a few facts. */
export function BatchFacts({ view: { batch, tables, events } }: { readonly view: BatchView }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const [isOpen, setOpen] = useState(false);
  const stages = useMemo(() => stagesOf(events), [events]);
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  const reason = batch.interruption_reason;
  const isRunning = batch.status === BatchStatus.Running;
  return (
    <Paper withBorder p="lg">
      <div role="status">
        <div className={classes.top}>
          <Text size="lg" fw={600} className={classes.headline}>
            {sayHeadline(batch, tables, t, format, labelOf)}
          </Text>
          <StatusMark of={batch.status} kind="batch" />
        </div>
        <div className={classes.status}>
          {reason !== null && <span>{t(`words.reason.${reason}`)}</span>}
          {batch.resume_count > 0 && <span>{t('batchPage.resumed', { count: batch.resume_count })}</span>}
        </div>
      </div>
      <dl className={`${classes.facts} numbers`}>
        <Fact name={t('batchPage.facts.rows')}>
          <Rows tables={tables} />
        </Fact>
        <Fact name={t('batchPage.facts.sent')}>
          {isRunning ? t('batchPage.working') : sentText(batch, t, format.bytes)}
        </Fact>
        <Fact name={t('batchPage.facts.received')}>
          {isRunning ? t('batchPage.working') : receivedText(batch, t, format.bytes)}
        </Fact>
        <Fact name={t('batchPage.facts.took')}>
          <Duration batch={batch} events={events} />
        </Fact>
        <Fact name={t('batchPage.facts.trigger')}>
          {askedByText(batch.options, t) ?? t(`batchPage.by.${batch.trigger}`)}
        </Fact>
        {batch.options.imported !== undefined && (
          <Fact name={t('disk.from')}>{visible(batch.options.imported)}</Fact>
        )}
        <Fact name={t('batchPage.facts.asked')}>{askedFor(batch.options, labelOf, t)}</Fact>
      </dl>
      <div className={classes.bottom}>
        {stages.length > 2 && (
          <Button
            variant="subtle"
            size="compact-sm"
            aria-expanded={isOpen}
            rightSection={<Chevron size={16} aria-hidden />}
            onClick={() => setOpen((open) => !open)}
          >
            {t('batchPage.past.title')}
          </Button>
        )}
        <BatchId id={batch.batch_id} />
      </div>
      {isOpen && <Past stages={stages} />}
    </Paper>
  );
}

/** Rows of all tables: written and deleted at head office, and checked for that. */
function Rows({ tables }: { readonly tables: readonly TableRow[] }) {
  const t = useT();
  const format = useFormat();
  const sum = (of: (row: TableRow) => number): number => tables.reduce((total, row) => total + of(row), 0);
  const writtenRows = sum((row) => row.records_processed);
  const deleted = sum((row) => row.records_deleted);
  const checked = sum((row) => row.records_processed + row.records_skipped);
  const written = t('counts.written', { count: writtenRows, number: format.count(writtenRows) });
  return (
    <>
      {deleted === 0 ? written : t('batchPage.writtenDeleted', { written, deleted: format.count(deleted) })}
      <span className={classes.less}>
        {t('counts.checked', { count: checked, number: format.count(checked) })}
      </span>
    </>
  );
}

/** How long it took, or takes so far, and when that was. */
function Duration({ batch, events }: Pick<BatchView, 'batch' | 'events'>) {
  const t = useT();
  const format = useFormat();
  const from = format.moment(batch.started_at);
  if (batch.status === BatchStatus.Running)
    return (
      <>
        <SoFar batch={batch} events={events} />
        <span className={classes.less}>{t('batchPage.since', { from })}</span>
      </>
    );
  const { ended_at: ended, duration_seconds: seconds } = batch;
  const to =
    ended === null
      ? null
      : format.dayOf(ended) === format.dayOf(batch.started_at)
        ? format.clock(ended)
        : format.moment(ended);
  return (
    <>
      {seconds === null ? '–' : format.duration(seconds)}
      <span className={classes.less}>{to === null ? from : t('batchPage.fromTo', { from, to })}</span>
    </>
  );
}

/** A separate component, because it changes every second. */
function SoFar({ batch, events }: Pick<BatchView, 'batch' | 'events'>) {
  const t = useT();
  const format = useFormat();
  const now = useNow(1000);
  return t('batchPage.soFar', { time: format.duration(workedSoFar(batch, events, now)) });
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function BatchId({ id }: { readonly id: string }) {
  const t = useT();
  return (
    <span className={classes.id}>
      <code>{id}</code>
      <CopyButton value={id} timeout={2000}>
        {({ copied, copy }) => {
          const label = copied ? t('window.copied') : t('batchPage.copyId');
          return (
            <Tooltip label={label}>
              <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={copy}>
                {copied ? <IconCheck size={18} aria-hidden /> : <IconCopy size={18} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          );
        }}
      </CopyButton>
    </span>
  );
}

/** When a batch was interrupted and resumed, oldest first. */
function Past({ stages }: { readonly stages: readonly Stage[] }) {
  const t = useT();
  const format = useFormat();
  return (
    <ol className={`${classes.past} numbers`} aria-label={t('batchPage.past.title')}>
      {stages.map((stage) => (
        <li key={stage.id}>
          <time dateTime={stage.at}>{format.dateTime(stage.at)}</time>
          <span>{say(stage, t)}</span>
        </li>
      ))}
    </ol>
  );
}

function say(stage: Stage, t: Translate): string {
  if (stage.kind === 'asked') return sayRequestRow('request_begun', stage.detail, t);
  if (stage.kind !== 'interrupted' && stage.kind !== 'superseded') return t(`batchPage.past.${stage.kind}`);
  const reason = stage.reason === null ? '?' : t(`words.reason.${stage.reason}`);
  return t(`batchPage.past.${stage.kind}`, { reason });
}
