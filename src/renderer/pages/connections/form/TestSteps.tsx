import { Code, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import type { FailureDetail } from '../../../../shared/errors.ts';
import type { FailureTexts, Translate } from '../../../../shared/texts/translate.ts';
import { visible, visibleLines } from '../../../../shared/visible.ts';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { Target } from '../model/fields.ts';
import { hintFor, type ShownStep, shownSteps } from '../model/testSteps.ts';
import classes from './TestSteps.module.css';

const MARKS = {
  ok: IconCircleCheck,
  warning: IconAlertTriangle,
  failed: IconAlertTriangle,
  not_tried: IconCircleDashed,
} as const;

/** A test, one step under the other; the failing one with what it means and what to do next. */
export function TestSteps({
  kind,
  steps,
  label,
}: {
  readonly kind: Target['kind'];
  readonly steps: readonly ConnectionTestStep[];
  /** What the database is called, for the sentences. */
  readonly label: string;
}) {
  const t = useT();
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each test that was made.
  useEffect(() => {
    // What went wrong, or else how it ended, may be below the edge.
    const failed = list.current?.querySelector('[data-state="failed"]');
    (failed ?? list.current?.lastElementChild)?.scrollIntoView({ block: 'nearest' });
  }, [steps]);
  return (
    <ol ref={list} className={classes.steps} aria-label={t('connectionsPage.testResult')}>
      {shownSteps(kind, steps).map((one) => (
        <Step key={one.step} {...one} label={label} />
      ))}
    </ol>
  );
}

function Step({ step, state, facts, failure, label }: ShownStep & { readonly label: string }) {
  const t = useT();
  const format = useFormat();
  const Mark = MARKS[state];
  const known = sayFacts(step, state, facts, t, format);
  const sentences = failure === null ? null : sayFailed(failure, label, t);
  return (
    <li className={classes.step} data-state={state}>
      <Mark size={20} stroke={1.8} className={`${classes.mark} ${classes[state]}`} aria-hidden />
      <div className={classes.text}>
        <Text component="span" fw={state === 'failed' ? 600 : 500}>
          {t(`connectionsPage.step.${step}`)}
        </Text>{' '}
        <Text component="span" size="sm" className={classes[state] ?? ''}>
          {t(`connectionsPage.stepState.${state}`)}
        </Text>
        {known !== null && (
          <Text size="sm" c="dimmed">
            {known}
          </Text>
        )}
        {sentences !== null && (
          <>
            <Text size="sm">{sentences.sentence}</Text>
            <Text size="sm" fw={600}>
              {sentences.next}
            </Text>
            <Code block mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {visibleLines(failure?.message ?? '')}
            </Code>
          </>
        )}
      </div>
    </li>
  );
}

/** By the name that stands here: the failure itself knows only the id, which a new connection hardly has yet. */
function sayFailed({ code, params }: FailureDetail, label: string, t: Translate): FailureTexts {
  const texts = t.failure({ code, params: { ...params, connection: label } });
  const hint = hintFor(code);
  return hint === null ? texts : { ...texts, next: t(`connectionsPage.hint.${hint}`) };
}

/** What a step found out, in words; null where there is nothing to say. */
function sayFacts(
  step: ShownStep['step'],
  state: ShownStep['state'],
  facts: ShownStep['facts'],
  t: Translate,
  format: Format,
): string | null {
  if (state === 'warning') return t('connectionsPage.fact.exposed');
  if (step === 'tls' && typeof facts.encrypted === 'boolean')
    return facts.encrypted ? t('connectionsPage.fact.encrypted') : t('connectionsPage.fact.plain');
  if (step === 'version' && facts.version !== undefined)
    return t('connectionsPage.fact.version', { version: String(facts.version) });
  if (step === 'read' && typeof facts.tables === 'number')
    return t('connectionsPage.fact.tables', { count: facts.tables, tables: format.count(facts.tables) });
  if (state !== 'ok') return null;
  // An address that was typed is known by its own name.
  const values = new Set(Object.values(facts).filter((value) => typeof value !== 'boolean'));
  return values.size === 0 ? null : visible([...values].join(' · '));
}
