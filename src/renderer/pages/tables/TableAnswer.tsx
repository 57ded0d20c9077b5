import { Paper, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleMinus, IconClock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { TableStatus } from '../../../shared/status.ts';
import type { Translate } from '../../../shared/texts/translate.ts';
import type { TableState } from '../../../window-api/views.ts';
import { useLabels } from '../../data/useCall.ts';
import { FailureGroups } from '../../parts/trouble/FailureGroups.tsx';
import { groupFailures } from '../../parts/trouble/groupFailures.ts';
import type { Format } from '../../words/format.ts';
import { useFormat, useT } from '../../words/LanguageProvider.tsx';
import type { Answer, Cure } from './answer.ts';
import { meaningOf } from './proof.ts';
import classes from './TableAnswer.module.css';

const LOOKS = {
  good: IconCircleCheck,
  warn: IconClock,
  bad: IconAlertTriangle,
  quiet: IconCircleMinus,
} as const;
type Look = keyof typeof LOOKS;

/**
 * Answers at the top of a table's details whether yesterday's rows have arrived, why not, and what helps.
 *
 * @param props.children the action that helps
 */
export function TableAnswer({
  state,
  answer,
  cure,
  children,
}: {
  readonly state: TableState;
  readonly answer: Answer;
  readonly cure: Cure | null;
  readonly children: ReactNode;
}) {
  const t = useT();
  const format = useFormat();
  const labelOf = useLabels();
  const { last, verified, selected } = state;
  const failed = last?.status === TableStatus.Failed ? last : null;
  const differs = verified !== null && verified.differs_since !== null;
  const look = lookOf(state, answer, differs);
  const Icon = LOOKS[look];
  const { main, more } = selected
    ? sayAnswer(answer, t, format)
    : { main: t('tablesPage.answer.left'), more: t('tablesPage.detail.leftNote') };
  return (
    <Paper withBorder p="md" component="section" aria-label={t('tablesPage.answer.label')}>
      <div className={classes.answer} data-look={look}>
        <Icon size={32} stroke={1.6} aria-hidden className={classes.sign} />
        <Stack gap="xs" miw={0}>
          <Text size="lg" fw={700} role="status" className="numbers" style={{ overflowWrap: 'anywhere' }}>
            {main}
          </Text>
          {more !== null && <Text>{more}</Text>}
          {differs && (
            <Text>
              <b>{t('tablesPage.answer.differs')}</b> {meaningOf(verified, t)}
            </Text>
          )}
          {failed !== null && (
            <FailureGroups
              batchId={failed.batch_id}
              groups={groupFailures([failed], t, labelOf)}
              named={false}
              main={cure === 'consent'}
            />
          )}
          {children}
        </Stack>
      </div>
    </Paper>
  );
}

function lookOf({ selected, last, success }: TableState, answer: Answer, differs: boolean): Look {
  if (!selected) return 'quiet';
  if (differs || last?.status === TableStatus.Failed || answer.kind === 'missing') return 'bad';
  if (answer.kind === 'arrived') return 'good';
  return success === null && last === null ? 'quiet' : 'warn';
}

/** The answer in a sentence, and what follows from it. */
export function sayAnswer(
  answer: Answer,
  t: Translate,
  format: Format,
): { readonly main: string; readonly more: string | null } {
  switch (answer.kind) {
    case 'arrived': {
      const time = format.shortTime(answer.at);
      if (answer.rows === null) return { main: t('tablesPage.answer.arrived', { time }), more: null };
      if (answer.rows === 0) return { main: t('tablesPage.answer.arrivedSame', { time }), more: null };
      const written = t('counts.written', { count: answer.rows, number: format.count(answer.rows) });
      return { main: t('tablesPage.answer.arrivedRows', { written, time }), more: null };
    }
    case 'partly':
      return {
        main: t('tablesPage.answer.partly', { time: format.clock(answer.upTo) }),
        more: t('tablesPage.answer.partlyNext'),
      };
    case 'missing':
      return {
        main: t('tablesPage.answer.missing'),
        more: t('tablesPage.answer.missingNext', { time: format.moment(answer.upTo) }),
      };
    case 'never':
      return { main: t('tablesPage.answer.never'), more: t('tablesPage.answer.neverNext') };
  }
}
