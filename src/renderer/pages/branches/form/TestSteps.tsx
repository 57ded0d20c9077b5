import { Code, Loader, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import type { TestProgress } from '../../../../shared/contract.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import { visible, visibleLines } from '../../../../shared/visible.ts';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { Target } from '../model/fields.ts';
import { type ShownStep, type StepName, shownSteps } from '../model/testSteps.ts';
import classes from './TestSteps.module.css';

const MARKS = {
  ok: IconCircleCheck,
  warning: IconAlertTriangle,
  failed: IconAlertTriangle,
  not_tried: IconCircleDashed,
} as const;

/** The steps of a test, also while it lasts. Why one failed stands in the verdict. */
export function TestSteps({
  kind,
  steps,
  doing = null,
}: {
  readonly kind: Target['kind'];
  readonly steps: TestProgress['steps'];
  readonly doing?: StepName | null;
}) {
  const t = useT();
  return (
    <ol className={classes.steps} aria-label={t('branchesPage.testResult')}>
      {shownSteps(kind, steps, doing).map((one) => (
        <Step key={one.step} {...one} />
      ))}
    </ol>
  );
}

function Step({ step, state, facts, failure }: ShownStep) {
  const t = useT();
  const format = useFormat();
  const known = sayFacts(step, state, facts, t, format);
  return (
    <li className={classes.step} data-state={state}>
      <StepMark state={state} />
      <div className={classes.text}>
        <Text component="span" fw={state === 'failed' ? 600 : 500}>
          {t(`branchesPage.step.${step}`)}
        </Text>{' '}
        <Text component="span" size="sm" className={classes[state] ?? ''}>
          {t(`branchesPage.stepState.${state}`)}
        </Text>
        {known !== null && (
          <Text size="sm" c="dimmed">
            {known}
          </Text>
        )}
        {failure !== null && <Code className={classes.message ?? ''}>{visibleLines(failure.message)}</Code>}
      </div>
    </li>
  );
}

/** The state of a step, or of a whole test, as a shape. */
export function StepMark({
  state,
  size = 20,
}: {
  readonly state: ShownStep['state'];
  readonly size?: number;
}) {
  const mark = `${classes.mark} ${classes[state]}`;
  if (state === 'doing') return <Loader size={size - 2} className={mark} aria-hidden />;
  const Mark = MARKS[state];
  return <Mark size={size} stroke={1.8} className={mark} aria-hidden />;
}

/** The findings of a step in words; null if there is nothing to say. */
function sayFacts(
  step: ShownStep['step'],
  state: ShownStep['state'],
  facts: ShownStep['facts'],
  t: Translate,
  format: Format,
): string | null {
  if (state === 'warning') return t('branchesPage.fact.exposed');
  if (step === 'tls' && typeof facts.encrypted === 'boolean')
    return facts.encrypted ? t('branchesPage.fact.encrypted') : t('branchesPage.fact.plain');
  if (step === 'version' && facts.version !== undefined)
    return t('branchesPage.fact.version', { version: String(facts.version) });
  if (step === 'read' && typeof facts.tables === 'number')
    return t('branchesPage.fact.tables', { count: facts.tables, tables: format.count(facts.tables) });
  if (state !== 'ok') return null;
  if (step === 'write' && typeof facts.bytesPerSecond === 'number') {
    const speed = t('words.transfer.speed', { speed: format.bytes(facts.bytesPerSecond) });
    return visible([facts.schema, speed].filter((one) => one !== undefined).join(' · '));
  }
  if (step === 'ssh') {
    const compressed = facts.compressed === true ? [t('branchesPage.ssh.compressed')] : [];
    return visible([facts.hostKey, ...compressed].join(' · '));
  }
  // A typed IP address resolves to itself, so it is shown once.
  const values = new Set(Object.values(facts).filter((value) => typeof value !== 'boolean'));
  return values.size === 0 ? null : visible([...values].join(' · '));
}
