import { ActionIcon, Button, CopyButton, Paper, Tooltip } from '@mantine/core';
import { IconCheck, IconChevronDown, IconChevronUp, IconCopy } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
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
import { askedFor, type Stage, stagesOf, workedSoFar } from './past.ts';
import { countShown } from './tableFilter.ts';

/** A batch's task and result in a few facts. */
export function BatchFacts({ view: { batch, tables, events } }: { readonly view: BatchView }) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const [isOpen, setOpen] = useState(false);
  const stages = useMemo(() => stagesOf(events), [events]);
  const Chevron = isOpen ? IconChevronUp : IconChevronDown;
  // The batch row's counts are updated only at its start and end; the table rows are updated live.
  const { done, failed } = countShown(tables);
  const counts = t('batchPage.countOf', { done: format.count(done), total: format.count(tables.length) });
  const reason = batch.interruption_reason;
  const isRunning = batch.status === BatchStatus.Running;
  const took = batch.duration_seconds === null ? '–' : format.duration(batch.duration_seconds);
  return (
    <Paper withBorder p="lg">
      <div className={classes.top}>
        <div role="status" className={classes.status}>
          <StatusMark of={batch.status} kind="batch" />
          {reason !== null && <span>{t(`words.reason.${reason}`)}</span>}
          {batch.resume_count > 0 && <span>{t('batchPage.resumed', { count: batch.resume_count })}</span>}
        </div>
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
      <dl className={`${classes.facts} numbers`}>
        <Fact name={t('batchPage.facts.tables')}>
          {counts}
          {failed > 0 && (
            <span className={classes.failed}>
              {' · '}
              {t('batchPage.countFailed', { failed: format.count(failed) })}
            </span>
          )}
        </Fact>
        <Fact name={t('batchPage.facts.started')}>{format.dateTime(batch.started_at)}</Fact>
        <Fact name={t('batchPage.facts.ended')}>
          {isRunning || batch.ended_at === null ? t('batchPage.working') : format.dateTime(batch.ended_at)}
        </Fact>
        <Fact name={t('batchPage.facts.took')}>
          {isRunning ? <SoFar batch={batch} events={events} /> : took}
        </Fact>
        <Fact name={t('batchPage.facts.sent')}>
          {isRunning ? t('batchPage.working') : sentText(batch, t, format.bytes)}
        </Fact>
        <Fact name={t('batchPage.facts.received')}>
          {isRunning ? t('batchPage.working') : receivedText(batch, t, format.bytes)}
        </Fact>
        <Fact name={t('batchPage.facts.trigger')}>
          {askedByText(batch.options, t) ?? t(`batchPage.by.${batch.trigger}`)}
        </Fact>
        {batch.options.imported !== undefined && (
          <Fact name={t('disk.from')}>{visible(batch.options.imported)}</Fact>
        )}
        <Fact name={t('batchPage.facts.asked')}>{askedFor(batch.options, labelOf, t)}</Fact>
      </dl>
    </Paper>
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
