import { Code, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import type { ConnectionTestStep } from '../../../../shared/contract.ts';
import { FailureCode, type FailureDetail } from '../../../../shared/errors.ts';
import type { Translate } from '../../../../shared/texts/translate.ts';
import type { Format } from '../../../words/format.ts';
import { useFormat, useT } from '../../../words/LanguageProvider.tsx';
import type { Target } from '../model/fields.ts';
import { type ShownStep, shownSteps } from '../model/testSteps.ts';
import classes from './TestSteps.module.css';

const MARKS = { ok: IconCircleCheck, failed: IconAlertTriangle, not_tried: IconCircleDashed } as const;

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
  return (
    <ol className={classes.steps} aria-label={t('connectionsPage.testResult')}>
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
  const sentences =
    failure === null
      ? null
      : t.failure({ code: failure.code, params: { connection: label, ...failure.params } });
  return (
    <li className={classes.step}>
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
              {failure === null ? sentences.next : (hintOf(failure, t) ?? sentences.next)}
            </Text>
            <Code block mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {failure?.message}
            </Code>
          </>
        )}
      </div>
    </li>
  );
}

/** What can be done in this very form, where the sentence for everywhere speaks of files and commands. */
function hintOf({ code }: FailureDetail, t: Translate): string | null {
  if (code === FailureCode.Tls) return t('connectionsPage.hint.tls');
  return code === FailureCode.PasswordMissing ? t('connectionsPage.hint.password') : null;
}

/** What a step found out, in words; null where there is nothing to say. */
function sayFacts(
  step: ShownStep['step'],
  state: ShownStep['state'],
  facts: ShownStep['facts'],
  t: Translate,
  format: Format,
): string | null {
  if (step === 'tls' && typeof facts.encrypted === 'boolean')
    return facts.encrypted ? t('connectionsPage.fact.encrypted') : t('connectionsPage.fact.plain');
  if (step === 'version' && facts.version !== undefined)
    return t('connectionsPage.fact.version', { version: String(facts.version) });
  if (step === 'read' && typeof facts.tables === 'number')
    return t('connectionsPage.fact.tables', { count: facts.tables, tables: format.count(facts.tables) });
  if (state !== 'ok') return null;
  // An address that was typed is known by its own name.
  const values = new Set(Object.values(facts).filter((value) => typeof value !== 'boolean'));
  return values.size === 0 ? null : [...values].join(' · ');
}
